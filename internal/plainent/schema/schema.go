// Package schema has the fixtures of a client that is generated without the extension: only the mixin guards them.
package schema

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Item has a counter, and an ignored field and edge.
type Item struct{ ent.Schema }

// Mixin of the Item.
func (Item) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Ignore: []string{"seen", "tags"}}}
}

// Fields of the Item.
func (Item) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.Int("count").Default(0),
		field.Bool("seen").Default(false),
	}
}

// Hooks of the Item, which run inside the guard.
func (Item) Hooks() []ent.Hook { return []ent.Hook{repeat} }

// RepeatKey is the key of a bool in a context. With true the save of an Item is repeated once, whatever the first one
// returned; with false only if the first one failed.
type RepeatKey struct{}

func repeat(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		v, err := next.Mutate(ctx, m)
		always, ok := ctx.Value(RepeatKey{}).(bool)
		if always || ok && err != nil {
			return next.Mutate(ctx, m)
		}
		return v, err
	})
}

// Edges of the Item.
func (Item) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tags", Tag.Type), edge.To("labels", Tag.Type)}
}

// Tag has no version.
type Tag struct{ ent.Schema }

// Fields of the Tag.
func (Tag) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Paper has a token in a column with another name.
type Paper struct{ ent.Schema }

// Mixin of the Paper.
func (Paper) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.TokenVersion{Name: "revision", StorageKey: "rev_token"}}
}

// Fields of the Paper.
func (Paper) Fields() []ent.Field { return []ent.Field{field.String("title")} }

// Moment has a time as its version.
type Moment struct{ ent.Schema }

// Mixin of the Moment.
func (Moment) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TimeVersion{}} }

// Fields of the Moment.
func (Moment) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Draft lets blind writes through.
type Draft struct{ ent.Schema }

// Mixin of the Draft.
func (Draft) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{AllowBlind: true}} }

// Fields of the Draft.
func (Draft) Fields() []ent.Field { return []ent.Field{field.String("text")} }
