package drivertest

import (
	"context"
	"database/sql/driver"
	"errors"
	"regexp"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Altered is a driver that passes on to SQLite what it is sent, or fails it: as a server would, at a time when a server can't be
// made to.
type Altered struct {
	dialect.Driver
	// Name is the dialect that it claims to be; that of the driver if empty. Locks of MySQL are left out of what it passes on.
	Name string
	// Cluster makes it a node of a Galera cluster.
	Cluster bool
	// Begins is called before a transaction begins, and Rewrite returns what is passed on of a statement.
	Begins  func()
	Rewrite func(query string) string
	// Fails returns the error of a statement, or nil. COMMIT and ROLLBACK are statements, too.
	Fails func(query string, args []any) error
	// Loses returns the error that a statement has after it was carried out: its answer was lost.
	Loses func(query string) error
	// Sent are the statements so far.
	Sent []string
}

// Dialect returns the name of the dialect.
func (a *Altered) Dialect() string {
	if a.Name == "" {
		return a.Driver.Dialect()
	}
	return a.Name
}

// Unwrap returns the wrapped driver.
func (a *Altered) Unwrap() dialect.Driver { return a.Driver }

// Tx begins a transaction.
func (a *Altered) Tx(ctx context.Context) (dialect.Tx, error) {
	if a.Begins != nil {
		a.Begins()
	}
	tx, err := a.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return &alteredTx{tx, a}, nil
}

// Exec passes on a statement.
func (a *Altered) Exec(ctx context.Context, query string, args, v any) error {
	return a.exec(ctx, a.Driver, query, args, v)
}

// Query passes on a query.
func (a *Altered) Query(ctx context.Context, query string, args, v any) error {
	return a.query(ctx, a.Driver, query, args, v)
}

// Count returns how many of the statements begin with a text.
func (a *Altered) Count(begin string) (n int) {
	for _, s := range a.Sent {
		if strings.HasPrefix(s, begin) {
			n++
		}
	}
	return n
}

func (a *Altered) fails(query string, args any) error {
	a.Sent = append(a.Sent, query)
	if a.Fails == nil {
		return nil
	}
	argv, _ := args.([]any)
	return a.Fails(query, argv)
}

func (a *Altered) loses(query string) error {
	if a.Loses == nil {
		return nil
	}
	return a.Loses(query)
}

func (a *Altered) exec(ctx context.Context, q dialect.ExecQuerier, query string, args, v any) error {
	if err := a.fails(query, args); err != nil {
		return err
	}
	if strings.HasPrefix(query, "SET ") { // A variable of MySQL.
		if res, ok := v.(*sql.Result); ok {
			*res = driver.RowsAffected(0)
		}
		return nil
	}
	if err := q.Exec(ctx, a.rewritten(query), args, v); err != nil {
		return err
	}
	return a.loses(query)
}

func (a *Altered) query(ctx context.Context, q dialect.ExecQuerier, query string, args, v any) error {
	if err := a.fails(query, args); err != nil {
		return err
	}
	rows, ok := v.(*sql.Rows)
	switch asks := ok && strings.HasPrefix(query, "SHOW "); {
	case asks && a.Cluster && strings.Contains(query, "wsrep_on"):
		query = "SELECT 'wsrep_on', 'ON'"
	case asks:
		rows.ColumnScanner = noRows{}
		return nil
	}
	if err := q.Query(ctx, a.rewritten(query), args, v); err != nil {
		return err
	}
	if err := a.loses(query); err != nil {
		rows.Next() // SQLite writes when the first row is asked for.
		return errors.Join(err, rows.Close())
	}
	return nil
}

// condition is MySQL's IF, which older versions of SQLite know by another name only.
var condition = regexp.MustCompile(`\bIF\(`)

func (a *Altered) rewritten(query string) string {
	if a.Rewrite != nil {
		query = a.Rewrite(query)
	}
	query = condition.ReplaceAllString(query, "IIF(")
	return strings.NewReplacer(" LOCK IN SHARE MODE", "", " FOR UPDATE", "").Replace(query)
}

// alteredTx is a transaction of an Altered.
type alteredTx struct {
	dialect.Tx
	a *Altered
}

// Exec passes on a statement.
func (t *alteredTx) Exec(ctx context.Context, query string, args, v any) error {
	return t.a.exec(ctx, t.Tx, query, args, v)
}

// Query passes on a query.
func (t *alteredTx) Query(ctx context.Context, query string, args, v any) error {
	return t.a.query(ctx, t.Tx, query, args, v)
}

// Commit commits. A commit that fails has rolled back.
func (t *alteredTx) Commit() error {
	if err := t.a.fails("COMMIT", nil); err != nil {
		_ = t.Tx.Rollback()
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.a.loses("COMMIT")
}

// Rollback rolls back, whether it fails or not.
func (t *alteredTx) Rollback() error {
	err := t.Tx.Rollback()
	if failed := t.a.fails("ROLLBACK", nil); failed != nil {
		return failed
	}
	return err
}
