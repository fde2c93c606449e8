package version

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
)

// Strategy is a kind of version: how one follows another. Each kind is one implementation.
type Strategy interface {
	// Next returns the version that follows old, if old is known.
	Next(old any) (any, error)
	// Bump writes the SQL expression of the version that follows the one in ident, a quoted column, for statements that
	// do not know the old version. A version without a successor must fail the statement, never wrap around.
	Bump(b *sql.Builder, ident string)
	// IsZero reports whether v is the value in an entity that was loaded without its version, or whose version is NULL.
	IsZero(v any) bool
	// Scan returns a destination for a version column that may be NULL, and a function that reads the version from it:
	// the zero version for NULL.
	Scan() (dest any, value func() any)
	// Equal reports whether two versions are the same.
	Equal(a, b any) bool
	// First returns the version of a new row: given is what its caller or a default has set, nil for nothing.
	First(given any) (any, error)
	// Random reports whether the next version does not depend on the old one. It is then generated before the
	// statement, so that a lack of randomness has its own error.
	Random() bool
	// Step returns the value that makes the next version when it is added to one, or nil if there is none. Clients
	// without entocc's generated code add it in the statement.
	Step() any
	// Follows reports whether every database agrees that next is old + 1.
	Follows(old, next any) bool
	// Possible reports whether v is a version that a guarded write may have made.
	Possible(v any) bool
	// Bound says which version has no successor, if that is worth mentioning: "127 is the largest int8".
	Bound() string
	// OverflowMark is contained in the error that PostgreSQL returns if the version in Bump has no successor; empty if
	// there is no such error.
	OverflowMark() string
	// Textual reports whether the database compares versions as texts, although a version has several notations.
	Textual(dialect string) bool
	// ByTrigger reports whether a trigger of the database may replace the version that a statement writes.
	ByTrigger() bool
	// BySystem reports whether the version is a system column of the database: no statement writes it, and each one
	// that writes the row changes it.
	BySystem() bool
}

var (
	errOverflow = errors.New("it is the largest int64")
	errEntropy  = errors.New("no randomness for a new version token")
)

// Counter is the strategy of mixin.Version: an int64, old + 1. NULL counts as 0.
type Counter struct{}

// Next returns old + 1.
func (Counter) Next(old any) (any, error) {
	v := old.(int64)
	if v == math.MaxInt64 {
		return nil, errOverflow
	}
	return v + 1, nil
}

// Bump writes COALESCE(ident, 0) + 1. If the database itself does not fail on overflow with an error that names the
// version, the expression does: SQLite would silently turn the value into a REAL.
func (Counter) Bump(b *sql.Builder, ident string) {
	orZero(b, ident).WriteString(" + ")
	switch b.Dialect() {
	case dialect.SQLite:
		b.WriteString("CASE ").WriteString(ident).WriteString(" WHEN 9223372036854775807 THEN abs(~").WriteString(ident).WriteString(") ELSE 1 END")
	case dialect.Postgres:
		b.WriteString("CASE ").WriteString(ident).WriteString(" WHEN 9223372036854775807 THEN CAST('version ' || ").WriteString(ident).WriteString(" AS bigint) ELSE 1 END")
	default:
		b.WriteString("1")
	}
}

// IsZero reports whether v is 0.
func (Counter) IsZero(v any) bool { n, _ := v.(int64); return n == 0 }

// Scan reads an int64.
func (Counter) Scan() (dest any, value func() any) {
	var v stdsql.NullInt64
	return &v, func() any { return v.Int64 }
}

// Equal compares as int64.
func (Counter) Equal(a, b any) bool { return a == b }

// First returns what was given, or 1.
func (c Counter) First(given any) (any, error) {
	if given == nil {
		return c.Next(int64(0))
	}
	return given, nil
}

// Random reports false.
func (Counter) Random() bool { return false }

// Step returns 1.
func (Counter) Step() any { return int64(1) }

// Follows compares as int64.
func (Counter) Follows(old, next any) bool {
	a, okA := old.(int64)
	b, okB := next.(int64)
	return okA && okB && b == a+1
}

// Possible reports whether v is greater than 0.
func (Counter) Possible(v any) bool { n, _ := v.(int64); return n > 0 }

// Textual reports false.
func (Counter) Textual(string) bool { return false }

// ByTrigger reports false.
func (Counter) ByTrigger() bool { return false }

// BySystem reports false.
func (Counter) BySystem() bool { return false }

// Bound returns nothing.
func (Counter) Bound() string { return "" }

// OverflowMark is the text that is not a number.
func (Counter) OverflowMark() string { return "version 9223372036854775807" }

// Timestamp is the strategy of mixin.TimeVersion: an int64 of microseconds since 1970 in UTC, max(old + 1, now). It
// increases strictly, even if clocks go back.
type Timestamp struct{ Counter }

// Next returns max(old + 1, now).
func (t Timestamp) Next(old any) (any, error) {
	next, err := t.Counter.Next(old)
	if err != nil {
		return nil, err
	}
	return max(next.(int64), time.Now().UnixMicro()), nil
}

// First returns what was given, or now.
func (t Timestamp) First(given any) (any, error) {
	if given == nil {
		return t.Next(int64(0))
	}
	return given, nil
}

// Bump writes max(ident + 1, now).
func (t Timestamp) Bump(b *sql.Builder, ident string) {
	now := time.Now().UnixMicro()
	b.WriteString("CASE WHEN ")
	orZero(b, ident).WriteString(" < ").Arg(now)
	b.WriteString(" THEN ").Arg(now)
	b.WriteString(" ELSE ")
	t.Counter.Bump(b, ident)
	b.WriteString(" END")
}

// Token is the strategy of mixin.TokenVersion: a random uuid.UUID (version 4), a new one for each write.
type Token struct{}

// Next returns a new random token, or an error if there is no randomness.
func (Token) Next(any) (any, error) {
	v, err := uuid.NewRandom()
	if err != nil {
		return nil, errors.Join(errEntropy, err)
	}
	return v, nil
}

// Bump writes a new random token; the rows of one statement share it.
func (t Token) Bump(b *sql.Builder, _ string) {
	v, err := t.Next(nil)
	if err != nil {
		b.AddError(err)
		return
	}
	b.Arg(v)
}

// IsZero reports whether v is the nil UUID.
func (Token) IsZero(v any) bool { id, _ := v.(uuid.UUID); return id == uuid.Nil }

// Scan reads a uuid.UUID.
func (Token) Scan() (dest any, value func() any) {
	var v stdsql.Null[uuid.UUID]
	return &v, func() any { return v.V }
}

// Equal compares as uuid.UUID.
func (Token) Equal(a, b any) bool { return a == b }

// First returns what was given, or a new random token. It refuses the nil UUID, which is the field's default if there
// is no randomness.
func (t Token) First(given any) (any, error) {
	switch {
	case given == nil:
		return t.Next(nil)
	case t.IsZero(given):
		return nil, fmt.Errorf("%w: not the nil UUID", errEntropy)
	}
	return given, nil
}

// Random reports true.
func (Token) Random() bool { return true }

// Step returns nil.
func (Token) Step() any { return nil }

// Follows reports false.
func (Token) Follows(_, _ any) bool { return false }

// Possible reports whether v is not the nil UUID.
func (t Token) Possible(v any) bool { return !t.IsZero(v) }

// Textual reports false.
func (Token) Textual(string) bool { return false }

// ByTrigger reports false.
func (Token) ByTrigger() bool { return false }

// BySystem reports false.
func (Token) BySystem() bool { return false }

// Bound returns nothing.
func (Token) Bound() string { return "" }

// OverflowMark is empty.
func (Token) OverflowMark() string { return "" }

// Time is the strategy of mixin.Guard on a time column of the schema: max(old + 1 microsecond, now), in UTC and whole
// microseconds, which is what every supported database stores.
type Time struct{}

// Next returns max(old + 1 microsecond, now).
func (Time) Next(old any) (any, error) {
	next := asStored(old.(time.Time)).Add(time.Microsecond)
	if now := asStored(time.Now()); now.After(next) {
		next = now
	}
	return next, nil
}

// asStored returns a time as every database returns it: in UTC, and without nanoseconds. Otherwise a created entity
// would hold a different time than its row.
func asStored(t time.Time) time.Time { return t.Truncate(time.Microsecond).UTC() }

// Bump writes max(ident + 1 microsecond, now). SQLite has no times, only text to compare: there a clock that went back
// fails the statement.
func (Time) Bump(b *sql.Builder, ident string) {
	now := asStored(time.Now())
	switch b.Dialect() {
	case dialect.Postgres:
		b.WriteString("GREATEST(").WriteString(ident).WriteString(" + interval '1 microsecond', ").Arg(now).WriteString(")")
	case dialect.MySQL:
		b.WriteString("GREATEST(COALESCE(").WriteString(ident).WriteString(" + INTERVAL 1 MICROSECOND, ").Arg(now)
		b.WriteString("), ").Arg(now).WriteString(")")
	default:
		b.WriteString("CASE WHEN ").WriteString(ident).WriteString(" >= ").Arg(now)
		b.WriteString(" THEN abs(-9223372036854775807 - 1) ELSE ").Arg(now).WriteString(" END")
	}
}

// IsZero reports whether v is the zero time.
func (Time) IsZero(v any) bool { t, _ := v.(time.Time); return t.IsZero() }

// Scan reads a time.Time.
func (Time) Scan() (dest any, value func() any) {
	var v stdsql.NullTime
	return &v, func() any { return v.Time }
}

// Equal compares instants.
func (Time) Equal(a, b any) bool {
	x, okX := a.(time.Time)
	y, okY := b.(time.Time)
	return okX && okY && x.Equal(y)
}

// First returns the given time as databases store it, or now.
func (t Time) First(given any) (any, error) {
	if v, ok := given.(time.Time); ok {
		return asStored(v), nil
	}
	return asStored(time.Now()), nil
}

// Random reports false.
func (Time) Random() bool { return false }

// Step returns nil.
func (Time) Step() any { return nil }

// Follows reports false.
func (Time) Follows(_, _ any) bool { return false }

// Possible reports whether v is not the zero time.
func (t Time) Possible(v any) bool { return !t.IsZero(v) }

// Textual reports whether the database is SQLite, which has no times.
func (Time) Textual(d string) bool { return d == dialect.SQLite }

// ByTrigger reports false.
func (Time) ByTrigger() bool { return false }

// BySystem reports false.
func (Time) BySystem() bool { return false }

// Bound returns nothing.
func (Time) Bound() string { return "" }

// OverflowMark is empty.
func (Time) OverflowMark() string { return "" }

// orZero writes the column, with 0 for NULL.
func orZero(b *sql.Builder, ident string) *sql.Builder {
	return b.WriteString("COALESCE(").WriteString(ident).WriteString(", 0)")
}
