package version

import (
	"slices"

	"entgo.io/ent/schema/field"
)

// Values says how the rows of a type are guarded that has no version: by the values that the caller saw in them.
type Values struct {
	// All has a write compare all columns; else it compares those that it changes.
	All bool
	// Columns are those that are compared. A column that is none of them is among the Ignore of the [Schema].
	Columns []Compared
}

// Compared is a column whose value is compared.
type Compared struct {
	// Name is the name of the field, or of the edge, and Column that of the column.
	Name, Column string
	// Kind says how the database compares it.
	Kind ValueKind
	// Types are the types that the schema gives the column, by dialect, in place of ent's.
	Types map[string]string
	// Sensitive values are never shown. Optional ones may be NULL. ByDatabase reports that the database has a default for a new row.
	Sensitive, Optional, ByDatabase bool
	// Edge reports that the column is the foreign key of an edge, which no field shows; External that the field has a ValueScanner
	// beside its Go type.
	Edge, External bool
}

// FieldType is that of ent, where the kind needs one.
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
	// ValuePlain is what every database compares as Go does: bool, integers, floats.
	ValuePlain ValueKind = ""
	ValueText  ValueKind = "text"
	ValueBytes ValueKind = "bytes"
	ValueJSON  ValueKind = "json"
	ValueTime  ValueKind = "time"
	ValueUUID  ValueKind = "uuid"
	// ValueOther is a type of the schema's own.
	ValueOther ValueKind = "other"
)

// ByValues reports whether rows are guarded by their values, and have no version.
func (s *Schema) ByValues() bool { return s.Values != nil }

// Knows reports whether a column is one that is compared, or one that the schema says is not.
func (s *Schema) Knows(column string) bool {
	return slices.Contains(s.Ignore, column) || slices.ContainsFunc(s.Values.Columns, func(c Compared) bool { return c.Column == column })
}

// Read returns the column that is read to see whether a row is there: that of its version, if it has one.
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
