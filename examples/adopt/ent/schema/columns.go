// Package schema describes the eleven tables of the Chinook database, which was there before ent. It keeps the names of
// its tables and columns, and their types in each database.
package schema

import (
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// versioned is embedded by every schema of this package instead of ent.Schema.
type versioned struct{ ent.Schema }

// Mixin adds the version to all eleven tables.
func (versioned) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}}
}

// table names the table of a schema.
func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: name}}
}

// types returns a column's types as the three SQL files of Chinook declare them. Without them ent would migrate the
// column to its own default type.
func types(sqlite, mysql, postgres string) map[string]string {
	return map[string]string{dialect.SQLite: sqlite, dialect.MySQL: mysql, dialect.Postgres: postgres}
}

// id is a primary key of one column.
func id(column string) ent.Field {
	return field.Int("id").StorageKey(column).SchemaType(types("integer", "int", "serial"))
}

// number is a column of 32-bit integers, most often a foreign key.
func number(name, column string) ent.Field {
	return field.Int(name).StorageKey(column).SchemaType(types("integer", "int", "int"))
}

// optionalNumber is a number that can be NULL.
func optionalNumber(name, column string) ent.Field {
	return field.Int(name).StorageKey(column).SchemaType(types("integer", "int", "int")).Optional().Nillable()
}

// money is a column of type NUMERIC(10,2). SQLite stores it as a REAL and would return a float anyway.
func money(name, column string) ent.Field {
	return field.Float(name).StorageKey(column).
		SchemaType(types("numeric(10,2)", "decimal(10,2)", "numeric(10,2)"))
}

// text is a column of at most size characters.
func text(name, column string, size int) ent.Field {
	return field.String(name).StorageKey(column).SchemaType(varchar(size))
}

// optionalText is a text that can be NULL.
func optionalText(name, column string, size int) ent.Field {
	return field.String(name).StorageKey(column).SchemaType(varchar(size)).Optional().Nillable()
}

// varchar gives the types of a text.
func varchar(size int) map[string]string {
	return types(fmt.Sprintf("nvarchar(%d)", size), fmt.Sprintf("varchar(%d)", size), fmt.Sprintf("varchar(%d)", size))
}

// moment is a column that holds a date and a time without a zone.
func moment(name, column string) ent.Field {
	return field.Time(name).StorageKey(column).SchemaType(types("datetime", "datetime", "timestamp"))
}

// optionalMoment is a moment that can be NULL.
func optionalMoment(name, column string) ent.Field {
	return field.Time(name).StorageKey(column).SchemaType(types("datetime", "datetime", "timestamp")).
		Optional().Nillable()
}
