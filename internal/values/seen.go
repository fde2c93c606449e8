package values

import (
	"bytes"
	stdsql "database/sql"
	"database/sql/driver"
	"encoding/json"
	"reflect"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
)

// Seen is what a caller saw in a column, in the form that drivers accept.
type Seen struct {
	// Value is nil for NULL.
	Value driver.Value
	// OrNull reports that an entity holds the same value for NULL.
	OrNull bool
	// Given reports that the caller gave the value to a new row, and that it was not read: the database may have
	// rounded it.
	Given bool
	// EmptyIsNull reports that the driver reads an empty blob as NULL, as modernc's SQLite does.
	EmptyIsNull bool
}

// Early is a value that was copied from the destination that a column was scanned into, because an entity may share it
// with its holder.
type Early struct {
	Seen
	err error
}

// Take copies a value early; it returns nil if nothing is shared.
func Take(dest any) *Early {
	switch dest.(type) {
	case *stdsql.NullBool, *stdsql.NullInt64, *stdsql.NullFloat64, *stdsql.NullString, *stdsql.NullTime:
		return nil
	}
	seen, err := Of(dest)
	if b, ok := seen.Value.([]byte); ok {
		seen.Value = bytes.Clone(b)
	}
	return &Early{seen, err}
}

// Get returns the value.
func (e *Early) Get() (Seen, error) { return e.Seen, e.err }

// Of returns what was seen in a column that was scanned into dest.
func Of(dest any) (Seen, error) {
	switch d := dest.(type) {
	case *[]byte:
		if *d == nil {
			return Seen{}, nil
		}
		return Seen{Value: *d}, nil
	case *stdsql.NullBool, *stdsql.NullInt64, *stdsql.NullFloat64, *stdsql.NullString, *stdsql.NullTime:
		v, err := d.(driver.Valuer).Value()
		return Seen{Value: v}, err
	case *sql.NullScanner:
		if !d.Valid {
			return Seen{}, nil
		}
		seen, err := Of(d.S)
		seen.OrNull = false
		return seen, err
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(dest)
	held := reflect.Indirect(reflect.ValueOf(dest))
	return Seen{Value: v, OrNull: v != nil && (!held.IsValid() || held.IsZero())}, err
}

// Given returns what a creation writes to a column.
func Given(f *sqlgraph.FieldSpec) (Seen, error) {
	if f.Type == field.TypeJSON {
		text, err := json.Marshal(f.Value)
		return Seen{Value: text, Given: true}, err
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(f.Value)
	if b, ok := v.([]byte); ok {
		v = bytes.Clone(b)
		if b == nil {
			v = nil
		}
	}
	return Seen{Value: v, Given: true}, err
}
