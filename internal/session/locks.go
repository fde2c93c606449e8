package session

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Lock is how a check prevents others from changing a row before the transaction ends.
type Lock uint8

const (
	// Unlocked takes no lock.
	Unlocked Lock = iota
	// Shared allows others to lock the row in the same way.
	Shared
	// Exclusive is for rows that the transaction may go on to write: two transactions with shared locks would wait for
	// each other.
	Exclusive
)

// Apply adds the clause of the lock, in the syntax of MySQL, MariaDB and PostgreSQL.
func (l Lock) Apply(s *sql.Selector) {
	switch d := s.Dialect(); {
	case l == Unlocked || d == dialect.SQLite:
	case l == Exclusive && d == dialect.Postgres:
		s.For(sql.LockNoKeyUpdate)
	case l == Exclusive:
		s.ForUpdate()
	case d == dialect.Postgres:
		s.ForShare()
	default:
		LockLatest(s)
	}
}

// Clause returns the clause of an exclusive lock for a statement that is text, in the syntax of every database except
// SQLite.
func (l Lock) Clause(d string) string {
	if l != Exclusive || d == dialect.SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// BeginWriting prepares a transaction for locking reads. SQLite has no row locks: there it starts writing with an
// UPDATE that matches no row, so that it sees what was last committed and prevents others from writing.
func BeginWriting(ctx context.Context, q dialect.ExecQuerier, d, table, column string) error {
	if d != dialect.SQLite {
		return nil
	}
	query, args := sql.Dialect(dialect.SQLite).Update(table).Set(column, sql.ExprFunc(func(b *sql.Builder) { b.Ident(column) })).
		Where(sql.ExprP("1 = 0")).Query()
	var res sql.Result
	return q.Exec(ctx, query, args, &res)
}

// LockLatest makes a query in a transaction see the last committed state of the row. Only MySQL and MariaDB need it: at
// REPEATABLE READ a plain SELECT reads from an old snapshot, although a write of the same transaction sees the current
// row. Both understand the clause.
func LockLatest(s *sql.Selector) {
	if s.Dialect() == dialect.MySQL {
		s.For(sql.LockShare, sql.WithLockClause("LOCK IN SHARE MODE"))
	}
}
