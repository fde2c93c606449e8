package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
	"github.com/google/uuid"
)

// Document has a UUID ID and a random token as its version.
type Document struct{ ent.Schema }

// Mixin of the Document.
func (Document) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{}} }

// Fields of the Document.
func (Document) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(uuid.New),
		field.String("title"),
		field.Text("body").Optional(),
	}
}

// Edges of the Document.
func (Document) Edges() []ent.Edge {
	return []ent.Edge{edge.From("readers", User.Type).Ref("bookmarks")}
}

// Event has a time as its version.
type Event struct{ ent.Schema }

// Mixin of the Event.
func (Event) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TimeVersion{}} }

// Fields of the Event.
func (Event) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.String("source").Optional().Nillable().Unique()}
}

// Gauge has a version that a database trigger bumps.
type Gauge struct{ ent.Schema }

// Mixin of the Gauge.
func (Gauge) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TriggerVersion{}} }

// Fields of the Gauge.
func (Gauge) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.Int("level").Default(0), field.String("serial").Optional().Nillable().Unique()}
}

// Account has a string ID, and a version whose field and column have other names, one of which needs quoting. Its field
// called version is not the version.
type Account struct{ ent.Schema }

// Mixin of the Account.
func (Account) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Name: "revision", StorageKey: "order"}}
}

// Fields of the Account.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty(),
		field.String("owner").StorageKey("holder"),
		field.String("version").Default("v1"),
		field.Int64("balance").Default(0),
	}
}

// Setting lets blind writes through.
type Setting struct{ ent.Schema }

// Mixin of the Setting.
func (Setting) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{AllowBlind: true}} }

// Fields of the Setting.
func (Setting) Fields() []ent.Field {
	return []ent.Field{field.String("id"), field.String("value")}
}

// Profile bumps for some fields only.
type Profile struct{ ent.Schema }

// Mixin of the Profile.
func (Profile) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Only: []string{"title", "keywords"}}}
}

// Fields of the Profile.
func (Profile) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.Strings("keywords").Optional(),
		field.String("theme").Optional(),
		field.Strings("recent").Optional(),
	}
}

// Order is guarded by a counter that its table already had, and that may be NULL.
type Order struct{ ent.Schema }

// Annotations of the Order.
func (Order) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "orders"}}
}

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.String("state").Default("draft"),
		field.String("number").Optional().Nillable().Unique(),
		field.Int64("rev").Optional().StorageKey("cm_version_id"),
	}
}

// Reading is guarded by a time that its table already had.
type Reading struct{ ent.Schema }

// Mixin of the Reading.
func (Reading) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "updated_at"}} }

// Fields of the Reading.
func (Reading) Fields() []ent.Field {
	return []ent.Field{
		field.Float("value").Default(0),
		field.String("place").Optional(),
		field.String("sensor").Optional().Nillable().Unique(),
		field.Time("updated_at").Default(time.Now).SchemaType(map[string]string{dialect.MySQL: "datetime(6)"}),
	}
}
