package version

import (
	stdsql "database/sql"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// Schema is what the guard knows about the version of one ent type. Generated code holds one for each.
type Schema struct {
	// Type is the name of the ent type, "User".
	Type string
	// Table is its table, and Keys are the columns of the primary key.
	Table string
	Keys  []string
	// KeyValue converts the ID to the form that the database has, if the schema's field has a ValueScanner; otherwise
	// it is nil.
	KeyValue func(id any) (any, error)
	// Field is the name of the version field, and Column that of its column, by which ent's mutations know it, too.
	Field, Column string
	// Strategy says how one version follows another.
	Strategy Strategy
	// AllowBlind allows writes by ID that name no version.
	AllowBlind bool
	// Only names the fields and edges whose change bumps the version; none means all. Ignore names those that do not.
	Only, Ignore []string
	// Touch lists the edges to parents that a change of a row bumps, too. Row is how to find the rows of a type that
	// touches, or is touched.
	Touch []*Touch
	Row   Row
	// Fields and Edges are those of the type, for diffs. Undiffed reports that the client was generated without diffs:
	// then Fields has only the fields that a write has to know.
	Fields   []Field
	Edges    []Edge
	Undiffed bool
	// Values says what is compared instead of a version; nil for a type that has one.
	Values *Values
}

// Counts reports whether a change of the named field or edge bumps the version.
func (s *Schema) Counts(name string) bool {
	for _, ignored := range s.Ignore {
		if ignored == name {
			return false
		}
	}
	for _, only := range s.Only {
		if only == name {
			return true
		}
	}
	return len(s.Only) == 0
}

// Errorf returns a VersionError of this type.
func (s *Schema) Errorf(op ent.Op, cause error, format string, args ...any) error {
	return &entocc.VersionError{Type: s.Type, Op: op, Reason: fmt.Sprintf(format, args...), Err: cause}
}

// KeyValues returns what the columns of the primary key hold for an ID.
func (s *Schema) KeyValues(id any) ([]any, error) {
	if len(s.Keys) > 1 {
		return id.([]any), nil
	}
	if s.KeyValue == nil {
		return []any{id}, nil
	}
	value, err := s.KeyValue(id)
	return []any{value}, err
}

// NotLoaded returns the error for an entity that was loaded without its version.
func (s *Schema) NotLoaded(op ent.Op) error {
	return s.Errorf(op, nil, "the entity was loaded without its version: add %q to the Select of its query, or state the version with IfVersion", s.Column)
}

// SelectsVersion reports whether a query that selects fields reads the version too.
func SelectsVersion(s *Schema, fields []string) bool { return Selected(fields, s.Column) }

// Selected reports whether a query read a column. fields are the selected fields; none means all.
func Selected(fields []string, column string) bool {
	return len(fields) == 0 || slices.Contains(fields, column)
}

// SameVersion reports whether two versions are the same, as the strategy of the schema compares them.
func SameVersion(s *Schema, a, b any) bool { return s.Strategy.Equal(a, b) }

// Modified returns the conflict between a version that the caller expected and one that was read.
func Modified(s *Schema, id, expected, actual any) *entocc.RecordModifiedError {
	return &entocc.RecordModifiedError{Type: s.Type, ID: id, Expected: expected, Actual: actual}
}

// Equals returns the predicate that the version is one of the expected ones. The zero version also stands for NULL,
// because that is how an entity holds it.
func (s *Schema) Equals(expected []any) *sql.Predicate {
	if MatchesNone(expected) {
		return sql.False()
	}
	if expected = s.Comparable(expected); len(expected) == 0 {
		return sql.False()
	}
	p := sql.EQ(s.Column, expected[0])
	if len(expected) > 1 {
		p = sql.In(s.Column, expected...)
	}
	for _, v := range expected {
		if s.Strategy.IsZero(v) {
			return sql.Or(p, sql.IsNull(s.Column))
		}
	}
	return p
}

// Comparable returns the versions that the database can compare with its column: PostgreSQL refuses numbers that its
// type does not have.
func (s *Schema) Comparable(versions []any) []any {
	if !s.Strategy.BySystem() {
		return versions
	}
	return slices.DeleteFunc(slices.Clone(versions), func(v any) bool { return !s.Strategy.Possible(v) })
}

// Next returns the version that follows old, which may be nil for a kind of version that does not depend on it.
func (s *Schema) Next(op ent.Op, old any) (any, error) {
	next, err := s.Strategy.Next(old)
	if err != nil {
		return nil, s.Errorf(op, err, "its version %v can't be followed by another", old)
	}
	return next, nil
}

// Bump returns the SQL expression of the next version of a row in the table.
func (s *Schema) Bump(table string) sql.Querier { return &bumpExpr{schema: s, table: table} }

// SetBump makes an UPDATE of the table bump the version. It comes after all other assignments: a version that the
// database generates only requires that something is written.
func (s *Schema) SetBump(u *sql.UpdateBuilder, table string) {
	switch {
	case !s.Strategy.BySystem():
		u.Set(s.Column, s.Bump(table))
	case u.Empty():
		s.SetNothing(u, table)
	}
}

// SetNothing makes an UPDATE of the table write the row without changing anything in it.
func (s *Schema) SetNothing(u *sql.UpdateBuilder, table string) {
	column := s.Column
	if s.Strategy.BySystem() {
		column = s.Keys[0]
	}
	u.Set(column, sql.ExprFunc(func(b *sql.Builder) { b.WriteString(b.Quote(table) + "." + b.Quote(column)) }))
}

// bumpExpr is a sql.Querier that reports its error, which sql.ExprFunc would drop.
type bumpExpr struct {
	sql.Builder
	schema *Schema
	table  string
}

// Query implements sql.Querier.
func (e *bumpExpr) Query() (string, []any) {
	b := &sql.Builder{}
	b.SetDialect(e.Dialect())
	b.SetTotal(e.Total())
	e.schema.Strategy.Bump(b, b.Quote(e.table)+"."+b.Quote(e.schema.Column))
	e.AddError(b.Err())
	return b.Query()
}

// Touch is an edge to a parent whose version is bumped by every change of a child. The foreign key is a column of the
// child's row.
type Touch struct {
	// Edge is the name of the edge, and Column the column of its foreign key.
	Edge, Column string
	// Parent is the schema of the parent's version.
	Parent *Schema
}

// Row says how to find the rows of a type that touches, or is touched.
type Row struct {
	// Table is the table, and ID the column of the primary key.
	Table, ID string
	// Scan returns a destination for an ID that may be NULL, and a function that reads it: nil for NULL.
	Scan func() (dest any, value func() any)
}

// ScanID returns the Scan of a [Row] with IDs like this one.
func ScanID[T any](T) func() (dest any, value func() any) {
	return func() (any, func() any) {
		var id stdsql.Null[T]
		return &id, func() any {
			if !id.Valid {
				return nil
			}
			return id.V
		}
	}
}

// Field is what a diff knows about a field of an entity.
type Field struct {
	// Name is the field's name in the schema, Column its column, Struct its name in the entity.
	Name, Column, Struct string
	// Label is the schema's comment; the name if empty.
	Label string
	// Sensitive fields are never shown; Computed ones have an update default; Nillable ones are pointers in the entity; JSON
	// ones are decoded from text.
	Sensitive, Computed, Nillable, JSON bool
}

// Edge is what a diff knows about an edge of an entity.
type Edge struct {
	Name string
	// Label is the schema's comment; the name if empty.
	Label string
	// InRow reports that the edge's foreign key is a column of this row, and Column is its name if it is also a field.
	InRow  bool
	Column string
}
