// Package schema holds the plain half of the benchmarks' fixtures: the fields of the guarded half, without the mixin and
// generated without the extension.
package schema

import (
	"context"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	guarded "github.com/entocc/entocc/integration/bench/guarded/schema"
)

// Item has no version.
type Item struct{ ent.Schema }

// Annotations of the Item.
func (Item) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "plain_items"}}
}

// Fields of the Item.
func (Item) Fields() []ent.Field { return guarded.ItemFields() }

// Handmade has a version that the hook of ent's documentation guards.
type Handmade struct{ ent.Schema }

// Annotations of the Handmade.
func (Handmade) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "handmade_items"}}
}

// Fields of the Handmade.
func (Handmade) Fields() []ent.Field {
	return append(guarded.ItemFields(), field.Int64("version").Default(1))
}

// Hooks of the Handmade: ent's example of optimistic locking, with a counter as the version.
func (Handmade) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, ok := m.(interface {
				OldVersion(context.Context) (int64, error)
				SetVersion(int64)
				WhereP(...func(*sql.Selector))
			})
			if !ok || !m.Op().Is(ent.OpUpdateOne) {
				return next.Mutate(ctx, m)
			}
			old, err := v.OldVersion(ctx)
			if err != nil {
				return nil, fmt.Errorf("reading the version: %w", err)
			}
			v.SetVersion(old + 1)
			v.WhereP(sql.FieldEQ("version", old))
			return next.Mutate(ctx, m)
		})
	}}
}

// Wide has 59 columns.
type Wide struct{ ent.Schema }

// Annotations of the Wide.
func (Wide) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "plain_wides"}}
}

// Fields of the Wide.
func (Wide) Fields() []ent.Field { return guarded.StringFields(58) }

// Middle has 19 columns.
type Middle struct{ ent.Schema }

// Annotations of the Middle.
func (Middle) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "plain_middles"}}
}

// Fields of the Middle.
func (Middle) Fields() []ent.Field { return guarded.StringFields(18) }

// Narrow has 2 columns.
type Narrow struct{ ent.Schema }

// Annotations of the Narrow.
func (Narrow) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "plain_narrows"}}
}

// Fields of the Narrow.
func (Narrow) Fields() []ent.Field { return guarded.StringFields(1) }
