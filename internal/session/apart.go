package session

import (
	"context"
	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// apartPoint is the savepoint of one statement.
const apartPoint = "entocc_statement"

// apartTx is a transaction of PostgreSQL in which each writing statement is a subtransaction. Without them, all
// statements would give the row the same xmin, and after two writes of a row in one transaction it would be impossible
// to say which one an entity has seen. A subtransaction has its own number, which stays in the row after the commit.
// Any statement may write any row, through a trigger or a foreign key. An error aborts the transaction, as it does
// without the savepoint.
type apartTx struct{ dialect.Tx }

// Exec sends a statement.
func (t *apartTx) Exec(ctx context.Context, query string, args, v any) error {
	if !mayMove(query) {
		return t.Tx.Exec(ctx, query, args, v)
	}
	return t.between(ctx, func() error { return t.Tx.Exec(ctx, query, args, v) })
}

// Query sends a statement. Its subtransaction ends with its rows.
func (t *apartTx) Query(ctx context.Context, query string, args, v any) error {
	rows, ok := v.(*sql.Rows)
	if !ok || !mayMove(query) {
		return t.Tx.Query(ctx, query, args, v)
	}
	if err := t.send(ctx, "SAVEPOINT "); err != nil {
		return err
	}
	if err := t.Tx.Query(ctx, query, args, v); err != nil {
		return err
	}
	rows.ColumnScanner = &namedRows{ColumnScanner: rows.ColumnScanner, end: func(err error) error {
		if err != nil {
			return err
		}
		return t.send(ctx, "RELEASE SAVEPOINT ")
	}}
	return nil
}

// ExecContext supports ent's feature sql/execquery.
func (t *apartTx) ExecContext(ctx context.Context, query string, args ...any) (res stdsql.Result, err error) {
	if !mayMove(query) {
		return ExecContext(ctx, t.Tx, query, args)
	}
	err = t.between(ctx, func() error {
		res, err = ExecContext(ctx, t.Tx, query, args)
		return err
	})
	return res, err
}

// QueryContext supports ent's feature sql/execquery. The end of its rows can't be observed, so what it writes gets the
// number of the transaction itself, which no statement sent through the methods above has.
func (t *apartTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	return QueryContext(ctx, t.Tx, query, args)
}

func (t *apartTx) between(ctx context.Context, write func() error) error {
	if err := t.send(ctx, "SAVEPOINT "); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	return t.send(ctx, "RELEASE SAVEPOINT ")
}

func (t *apartTx) send(ctx context.Context, command string) error {
	return t.Tx.Exec(ctx, command+apartPoint, []any{}, nil)
}

// mayMove reports whether a statement may write a row.
func mayMove(query string) bool {
	switch verb, _ := VerbOf(query); verb {
	case "UPDATE", "INSERT", "DELETE", "MERGE", "DO", "CALL", "COPY":
		return true
	case "WITH", "EXPLAIN":
		return MayWrite(query)
	default:
		return false
	}
}
