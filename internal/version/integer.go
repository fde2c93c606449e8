package version

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// OtherInteger lists the integer kinds other than int64.
type OtherInteger interface {
	int | int8 | int16 | int32 | uint | uint8 | uint16 | uint32 | uint64
}

// Integer is the strategy of mixin.Guard on an integer of a kind other than int64: old + 1. NULL counts as 0. The
// largest version is the largest value of the Go type, or the largest int64 if that is less, because ent reads no
// larger one. It has no successor, whatever the column could hold: ent would read a larger value as a different number.
type Integer[T OtherInteger] struct{}

// largest returns the largest version.
func (Integer[T]) largest() int64 {
	var zero T
	bits := 0
	switch any(zero).(type) {
	case int8, uint8:
		bits = 8
	case int16, uint16:
		bits = 16
	case int32, uint32:
		bits = 32
	default:
		return math.MaxInt64
	}
	if zero--; zero < 0 {
		bits--
	}
	return 1<<bits - 1
}

// ByTrigger reports false.
func (Integer[T]) ByTrigger() bool { return false }

// BySystem reports false.
func (Integer[T]) BySystem() bool { return false }

// Bound says which version has no successor.
func (i Integer[T]) Bound() string {
	var v T
	return fmt.Sprintf("%d is the largest %T", i.largest(), v)
}

// Next returns old + 1.
func (i Integer[T]) Next(old any) (any, error) {
	v := old.(T)
	if uint64(v) >= uint64(i.largest()) && v > 0 {
		return nil, errors.New(i.Bound())
	}
	return v + 1, nil
}

// Bump writes COALESCE(ident, 0) + 1. For the largest version, the database raises an error instead of adding 1,
// whatever the column's type and the server's mode: in some modes, MySQL and MariaDB truncate a number that is too
// large for its column.
func (i Integer[T]) Bump(b *sql.Builder, ident string) {
	orZero(b, ident).WriteString(" + CASE ").WriteString(ident).WriteString(" WHEN ").WriteString(strconv.FormatInt(i.largest(), 10)).WriteString(" THEN ")
	switch b.Dialect() {
	case dialect.SQLite:
		b.WriteString("abs(-9223372036854775807 - (").WriteString(ident).WriteString(" > 0))")
	case dialect.Postgres:
		b.WriteString("CAST('version ' || ").WriteString(ident).WriteString(" AS bigint)")
	default:
		b.WriteString("9223372036854775807 + (").WriteString(ident).WriteString(" > 0)")
	}
	b.WriteString(" ELSE 1 END")
}

// OverflowMark is contained in PostgreSQL's error.
func (i Integer[T]) OverflowMark() string { return fmt.Sprintf("version %d", i.largest()) }

// IsZero reports whether v is 0.
func (Integer[T]) IsZero(v any) bool { n, _ := v.(T); return n == 0 }

// Scan reads a T. A value that does not fit is an error.
func (Integer[T]) Scan() (dest any, value func() any) {
	var v stdsql.Null[T]
	return &v, func() any { return v.V }
}

// Equal compares as numbers: a row that was read for an entity holds an int64.
func (Integer[T]) Equal(a, b any) bool {
	x, okX := wide[T](a)
	y, okY := wide[T](b)
	return okX && okY && x == y
}

// wide returns a version as an int64.
func wide[T OtherInteger](v any) (int64, bool) {
	switch v := v.(type) {
	case T:
		return int64(v), uint64(v) <= math.MaxInt64 || v < 0
	case int64:
		return v, true
	}
	return 0, false
}

// First returns what was given, or 1.
func (i Integer[T]) First(given any) (any, error) {
	if given == nil {
		return i.Next(T(0))
	}
	return given, nil
}

// Random reports false.
func (Integer[T]) Random() bool { return false }

// Step returns nil: mixin.Guard needs generated code.
func (Integer[T]) Step() any { return nil }

// Follows compares as T.
func (Integer[T]) Follows(old, next any) bool {
	a, okA := old.(T)
	b, okB := next.(T)
	return okA && okB && b == a+1 && b > a
}

// Possible reports whether v is greater than 0.
func (Integer[T]) Possible(v any) bool { n, _ := v.(T); return n > 0 }

// Textual reports false.
func (Integer[T]) Textual(string) bool { return false }
