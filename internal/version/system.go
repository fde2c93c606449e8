package version

import (
	stdsql "database/sql"
	"errors"
	"math"

	"entgo.io/ent/dialect/sql"
)

// System is the strategy of mixin.SystemVersion: an int64 that holds PostgreSQL's xmin, an unsigned 32-bit number. No
// statement can write it, and each one that writes the row changes it.
type System struct{}

var errSystem = errors.New("PostgreSQL makes the version itself, from the transaction that writes the row")

// Next returns an error.
func (System) Next(any) (any, error) { return nil, errSystem }

// Bump fails: see [Schema.SetBump].
func (System) Bump(b *sql.Builder, _ string) { b.AddError(errSystem) }

// IsZero reports whether v is 0, which is not the number of a transaction.
func (System) IsZero(v any) bool { n, _ := v.(int64); return n == 0 }

// Scan reads an int64.
func (System) Scan() (dest any, value func() any) {
	var v stdsql.NullInt64
	return &v, func() any { return v.Int64 }
}

// Equal compares as int64.
func (System) Equal(a, b any) bool { return a == b }

// First returns nothing, and refuses what was given.
func (System) First(given any) (any, error) {
	if given == nil {
		return nil, nil
	}
	return nil, errSystem
}

// Random reports false.
func (System) Random() bool { return false }

// Step returns nil.
func (System) Step() any { return nil }

// Follows reports false.
func (System) Follows(_, _ any) bool { return false }

// Possible reports whether v is the number of a transaction.
func (System) Possible(v any) bool { n, _ := v.(int64); return n > 0 && n <= math.MaxUint32 }

// Textual reports false.
func (System) Textual(string) bool { return false }

// ByTrigger reports false.
func (System) ByTrigger() bool { return false }

// BySystem reports true.
func (System) BySystem() bool { return true }

// Bound returns nothing.
func (System) Bound() string { return "" }

// OverflowMark is empty.
func (System) OverflowMark() string { return "" }
