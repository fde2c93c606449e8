// Package schema has types that are guarded by the values of their rows.
package schema

import (
	"context"
	"errors"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"

	gen "github.com/entocc/entocc/integration/values/ent"
	"github.com/entocc/entocc/mixin"
)

type (
	// Page has a field of most kinds, and compares the fields that a write changes.
	Page struct{ ent.Schema }
	// Full compares all fields.
	Full struct{ ent.Schema }
	// Typed has columns with types from the schema.
	Typed struct{ ent.Schema }
	// Seat has a composite key.
	Seat struct{ ent.Schema }
	// Blind has an ID that its writer chooses, and is written by ID.
	Blind struct{ ent.Schema }
	// Bin is soft-deleted.
	Bin struct{ ent.Schema }
	// Person is the parent of pages, and has a version.
	Person struct{ ent.Schema }
	// Tag is not guarded.
	Tag struct{ ent.Schema }
)

// Mixin of the Page.
func (Page) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Values{Ignore: []string{"hits", "reviewer"}}}
}

// Fields of the Page.
func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.Text("body").Optional(),
		field.String("slug").Optional().Immutable(),
		field.String("note").Optional().Nillable(),
		field.String("secret").Optional().Sensitive(),
		field.Int("views").Default(0),
		field.Int("hits").Default(0),
		field.Float("ratio").Optional(),
		field.Float32("small").Optional(),
		field.Bool("open").Default(false),
		field.Enum("state").Values("draft", "published").Default("draft"),
		field.UUID("token", uuid.UUID{}).Optional(),
		field.UUID("ref", uuid.UUID{}).Optional().Nillable(),
		field.Time("published_at").Optional().Nillable(),
		field.Time("read_at").Optional().SchemaType(map[string]string{dialect.MySQL: "datetime(6)"}),
		field.Bytes("blob").Optional(),
		field.Strings("labels").Optional(),
		field.JSON("settings", map[string]any{}).Optional(),
		field.String("rank").Optional().Annotations(entsql.Default("none")),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now).SchemaType(map[string]string{dialect.MySQL: "datetime(6)"}),
		field.Int("editor_id").Optional(),
	}
}

// Edges of the Page.
func (Page) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("owner", Person.Type).Ref("pages").Unique(),
		edge.To("editor", Person.Type).Unique().Field("editor_id"),
		edge.To("reviewer", Person.Type).Unique(),
		edge.To("tags", Tag.Type),
		edge.To("next", Page.Type).Unique().From("previous").Unique(),
	}
}

// Mixin of the Full.
func (Full) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Values{All: true, Ignore: []string{"hits"}}}
}

// Fields of the Full.
func (Full) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.String("note").Optional(),
		field.Int("hits").Default(0),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges of the Full.
func (Full) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tags", Tag.Type), edge.To("owner", Person.Type).Unique()}
}

// Mixin of the Typed.
func (Typed) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{All: true}} }

// Fields of the Typed.
func (Typed) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Optional().SchemaType(map[string]string{dialect.Postgres: "char(8)", dialect.MySQL: "char(8)"}),
		field.String("price").Optional().SchemaType(map[string]string{dialect.Postgres: "numeric(20,4)", dialect.MySQL: "decimal(20,4)", dialect.SQLite: "decimal(20,4)"}),
		field.JSON("doc", map[string]any{}).Optional().SchemaType(map[string]string{dialect.Postgres: "json", dialect.MySQL: "longtext"}),
		field.Time("day").Optional().SchemaType(map[string]string{dialect.Postgres: "date", dialect.MySQL: "date"}),
		field.Time("at").Optional().SchemaType(map[string]string{dialect.Postgres: "timestamp(3)", dialect.MySQL: "datetime(3)"}),
		field.String("box").Optional().SchemaType(map[string]string{dialect.Postgres: "box"}),
		field.Bytes("raw").Optional().SchemaType(map[string]string{dialect.MySQL: "varbinary(20)"}),
		field.Int("tiny").Optional().SchemaType(map[string]string{dialect.Postgres: "smallint", dialect.MySQL: "smallint"}),
		field.Float("money").Optional().SchemaType(map[string]string{dialect.Postgres: "numeric(10,2)", dialect.MySQL: "decimal(10,2)"}),
	}
}

// Annotations of the Seat.
func (Seat) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("person_id", "tag_id")}
}

// Mixin of the Seat.
func (Seat) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}} }

// Fields of the Seat.
func (Seat) Fields() []ent.Field {
	return []ent.Field{field.Int("person_id"), field.Int("tag_id"), field.String("row").Default("A")}
}

// Edges of the Seat.
func (Seat) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("person", Person.Type).Unique().Required().Field("person_id"),
		edge.To("tag", Tag.Type).Unique().Required().Field("tag_id"),
	}
}

// Mixin of the Blind.
func (Blind) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{AllowBlind: true}} }

// Fields of the Blind.
func (Blind) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(uuid.New), field.String("text").Unique()}
}

// Mixin of the Bin.
func (Bin) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}} }

// Fields of the Bin.
func (Bin) Fields() []ent.Field {
	return []ent.Field{field.String("text"), field.Time("deleted_at").Optional().Nillable()}
}

// Hooks of the Bin.
func (Bin) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if !m.Op().Is(ent.OpDelete | ent.OpDeleteOne) {
				return next.Mutate(ctx, m)
			}
			marks, ok := m.(interface {
				SetOp(ent.Op)
				SetDeletedAt(time.Time)
				Client() *gen.Client
			})
			if !ok {
				return nil, errors.New("not a mutation of a Bin")
			}
			marks.SetOp(ent.OpUpdate)
			marks.SetDeletedAt(time.Now())
			return marks.Client().Mutate(ctx, m)
		})
	}}
}

// Mixin of the Person.
func (Person) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Person.
func (Person) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Person.
func (Person) Edges() []ent.Edge {
	return []ent.Edge{edge.To("pages", Page.Type), edge.To("seated", Tag.Type).Through("seats", Seat.Type)}
}

// Fields of the Tag.
func (Tag) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Tag.
func (Tag) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("pages", Page.Type).Ref("tags"),
		edge.From("fulls", Full.Type).Ref("tags"),
		edge.From("sitting", Person.Type).Ref("seated").Through("seats", Seat.Type),
	}
}
