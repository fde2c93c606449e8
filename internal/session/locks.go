package session

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Lock is how a check keeps others from changing a row before the transaction ends.
type Lock uint8

const (
	// Unlocked keeps nobody from the row.
	Unlocked Lock = iota
	// Shared lets others lock the row in the same way.
	Shared
	// Exclusive is for rows that the transaction may go on to write: two that locked them shared would wait for each
	// other.
	Exclusive
)

// Apply adds the clause of the lock, in the words that MySQL, MariaDB and PostgreSQL understand.
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

// Clause returns the clause of an exclusive lock for a statement that is text, in the words that all but SQLite understand.
func (l Lock) Clause(d string) string {
	if l != Exclusive || d == dialect.SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// BeginWriting readies a transaction for locking reads. SQLite has no locks of rows: there it begins to write, by an UPDATE
// that matches no row, so that it sees what was committed last and keeps others from writing.
func BeginWriting(ctx context.Context, q dialect.ExecQuerier, d, table, column string) error {
	if d != dialect.SQLite {
		return nil
	}
	query, args := sql.Dialect(dialect.SQLite).Update(table).Set(column, sql.ExprFunc(func(b *sql.Builder) { b.Ident(column) })).
		Where(sql.ExprP("1 = 0")).Query()
	var res sql.Result
	return q.Exec(ctx, query, args, &res)
}

// LockLatest makes a query in a transaction see the row as it was committed last. Only MySQL and MariaDB need it: at
// REPEATABLE READ a plain SELECT answers from an old snapshot, although a write of the same transaction sees the current
// row. The clause is the one that both understand.
func LockLatest(s *sql.Selector) {
	if s.Dialect() == dialect.MySQL {
		s.For(sql.LockShare, sql.WithLockClause("LOCK IN SHARE MODE"))
	}
}
