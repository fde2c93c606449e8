// Package schema describes the eleven tables of the Chinook database, which was there before ent: the names of its
// tables and columns are its own. What they have beyond that (sizes, indexes, foreign keys) stays as it is, because
// the migration of this program adds columns and changes nothing else.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// versioned is what every schema of this package embeds in place of ent.Schema.
type versioned struct{ ent.Schema }

// Mixin adds the version to all eleven tables.
func (versioned) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}}
}

// table names the table of a schema.
func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: name}}
}

// id is a primary key of one column.
func id(column string) ent.Field { return field.Int("id").StorageKey(column) }

// number is a column of integers, most often a foreign key.
func number(name, column string) ent.Field { return field.Int(name).StorageKey(column) }

// optionalNumber is a number that can be NULL.
func optionalNumber(name, column string) ent.Field {
	return field.Int(name).StorageKey(column).Optional().Nillable()
}

// money is a column of type NUMERIC(10,2), which SQLite answers as a float.
func money(name, column string) ent.Field { return field.Float(name).StorageKey(column) }

// text is a column of characters.
func text(name, column string) ent.Field { return field.String(name).StorageKey(column) }

// optionalText is a text that can be NULL.
func optionalText(name, column string) ent.Field {
	return field.String(name).StorageKey(column).Optional().Nillable()
}

// optionalMoment is a date and a time that can be NULL.
func optionalMoment(name, column string) ent.Field {
	return field.Time(name).StorageKey(column).Optional().Nillable()
}
