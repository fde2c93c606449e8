package version

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Triggered is a [Strategy] whose versions can be bumped by a trigger of the database.
type Triggered interface {
	Strategy
	// InTrigger writes the SQL expression of the version that follows the one in ident, a quoted column. It may have no
	// arguments.
	InTrigger(b *sql.Builder, ident string)
	// Ordered reports whether each version is greater than the one before.
	Ordered() bool
}

// InTrigger writes ident + 1.
func (c Counter) InTrigger(b *sql.Builder, ident string) { c.Bump(b, ident) }

// Ordered reports true.
func (Counter) Ordered() bool { return true }

// InTrigger writes ident + 1.
func (i Integer[T]) InTrigger(b *sql.Builder, ident string) { i.Bump(b, ident) }

// Ordered reports true.
func (Integer[T]) Ordered() bool { return true }

// InTrigger writes max(ident + 1, now), by the clock of the database. SQLite's clock has millisecond precision.
func (t Timestamp) InTrigger(b *sql.Builder, ident string) {
	now, greatest := "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)", "max"
	switch b.Dialect() {
	case dialect.Postgres:
		now, greatest = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)", "GREATEST"
	case dialect.MySQL:
		now, greatest = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)", "GREATEST"
	}
	b.WriteString(greatest).WriteString("(")
	t.Counter.Bump(b, ident)
	b.WriteString(", ").WriteString(now).WriteString(")")
}

// Ordered reports true.
func (Timestamp) Ordered() bool { return true }

// InTrigger writes a new token. MariaDB's UUID is made from its clock and its node: no two are the same.
func (Token) InTrigger(b *sql.Builder, _ string) {
	switch b.Dialect() {
	case dialect.Postgres:
		b.WriteString("gen_random_uuid()")
	case dialect.MySQL:
		b.WriteString("UUID()")
	default:
		b.WriteString("lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || " +
			"substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))")
	}
}

// Ordered reports false.
func (Token) Ordered() bool { return false }
