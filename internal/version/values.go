package version

import (
	"slices"

	"entgo.io/ent/schema/field"
)

// Values says how the rows of a type without a version are guarded: by the values that the caller saw in them.
type Values struct {
	// All makes a write compare all columns; otherwise it compares those that it changes.
	All bool
	// Columns are the columns that are compared. All others are in the Ignore list of the [Schema].
	Columns []Compared
}

// Compared is a column whose value is compared.
type Compared struct {
	// Name is the name of the field, or of the edge, and Column the name of the column.
	Name, Column string
	// Kind says how the database compares it.
	Kind ValueKind
	// Types are the column types that the schema sets instead of ent's, by dialect.
	Types map[string]string
	// Sensitive values are never shown. Optional ones may be NULL. ByDatabase reports that the database has a default
	// for a new row.
	Sensitive, Optional, ByDatabase bool
	// Edge reports that the column is the foreign key of an edge without a field; External that the field has a
	// ValueScanner in addition to its Go type.
	Edge, External bool
}

// FieldType is ent's type of the field, if the kind needs one.
func (c *Compared) FieldType() field.Type {
	if c.Kind == ValueJSON {
		return field.TypeJSON
	}
	return field.TypeInvalid
}

// ValueKind is how the database compares a column.
type ValueKind string

// The kinds.
const (
	// ValuePlain is for values that every database compares as Go does: bool, integers, floats.
	ValuePlain ValueKind = ""
	ValueText  ValueKind = "text"
	ValueBytes ValueKind = "bytes"
	ValueJSON  ValueKind = "json"
	ValueTime  ValueKind = "time"
	ValueUUID  ValueKind = "uuid"
	// ValueOther is a type that the schema sets.
	ValueOther ValueKind = "other"
)

// ByValues reports whether rows are guarded by their values, and have no version.
func (s *Schema) ByValues() bool { return s.Values != nil }

// Knows reports whether a column is compared, or the schema says that it is not.
func (s *Schema) Knows(column string) bool {
	return slices.Contains(s.Ignore, column) || slices.ContainsFunc(s.Values.Columns, func(c Compared) bool { return c.Column == column })
}

// Read returns the column that is read to see whether a row exists: its version, if it has one.
func (s *Schema) Read() string {
	if s.ByValues() {
		return s.Keys[0]
	}
	return s.Column
}

// NoVersions is the strategy of mixin.Values, whose rows have no version.
type NoVersions struct{ System }

// Scan reads anything, and returns no version.
func (NoVersions) Scan() (dest any, value func() any) { return new(any), func() any { return nil } }
