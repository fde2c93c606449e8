package hook

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// VerifyCommits returns the driver by which a generated client reaches MySQL and MariaDB; every other comes back as it
// is. On a node of a Galera cluster it asks before each commit whether the transaction is open still.
//
// A node ends a transaction when another node has committed a write to the same rows, and says so by error 1213 to the
// next command of the session. Where that command is the closing of a prepared statement, which is never answered, the
// error is lost: the session goes on in autocommit, and answers the commit by nil though nothing of the transaction was
// kept. (Seen with MariaDB 10.11, Galera 26.4 and go-sql-driver/mysql 1.10, in about one of thirty such collisions.)
// The question is put as text, without a prepared statement.
func VerifyCommits(drv dialect.Driver) dialect.Driver {
	if drv == nil || drv.Dialect() != dialect.MySQL {
		return drv
	}
	return &clusterDriver{Driver: drv}
}

// clusterDriver is a driver that may lead to a Galera cluster.
type clusterDriver struct {
	dialect.Driver
	// galera is whether it does, once that is known.
	galera atomic.Pointer[bool]
	// compounds is whether the server takes compound statements.
	compounds atomic.Uint32
}

// Tx begins a transaction.
func (d *clusterDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return &clusterTx{Tx: tx, ctx: ctx, driver: d}, nil
}

// BeginTx begins a transaction with options.
func (d *clusterDriver) BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error) {
	drv, ok := d.Driver.(interface {
		BeginTx(context.Context, *stdsql.TxOptions) (dialect.Tx, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T does not support BeginTx", d.Driver)
	}
	tx, err := drv.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &clusterTx{Tx: tx, ctx: ctx, driver: d}, nil
}

// ExecContext is of ent's feature sql/execquery.
func (d *clusterDriver) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	return execContext(ctx, d.Driver, query, args)
}

// QueryContext is of ent's feature sql/execquery.
func (d *clusterDriver) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	return queryContext(ctx, d.Driver, query, args)
}

// clusterTx is a transaction that may be one of a Galera cluster.
type clusterTx struct {
	dialect.Tx
	ctx    context.Context //nolint:containedctx // dialect.Tx.Commit has none, and ent's own Tx keeps it as well
	driver *clusterDriver
	// wrote is whether there is anything to lose, and closed whether a statement may have closed the transaction by
	// itself, as those that define tables do.
	wrote, closed atomic.Bool
}

// Exec sends a statement.
func (t *clusterTx) Exec(ctx context.Context, query string, args, v any) error {
	t.note(query)
	return t.Tx.Exec(ctx, query, args, v)
}

// ExecContext is of ent's feature sql/execquery.
func (t *clusterTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	t.note(query)
	return execContext(ctx, t.Tx, query, args)
}

// QueryContext is of ent's feature sql/execquery.
func (t *clusterTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	return queryContext(ctx, t.Tx, query, args)
}

// note looks at what a statement does to the transaction.
func (t *clusterTx) note(query string) {
	verb, rest, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(query)), " ")
	switch {
	case slices.Contains([]string{"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"}, verb):
		t.wrote.Store(true)
	case verb == "SELECT" || verb == "SAVEPOINT" || verb == "RELEASE":
	case verb == "ROLLBACK" && strings.HasPrefix(rest, "TO "):
	default:
		t.closed.Store(true)
	}
}

// Commit commits the transaction, if it is open still.
func (t *clusterTx) Commit() error {
	if t.wrote.Load() && !t.closed.Load() {
		if err := t.open(); err != nil {
			return rollback(t.Tx, err)
		}
	}
	return t.Tx.Commit()
}

// onCluster reports whether the transaction is one of a node of a cluster.
func (t *clusterTx) onCluster() (bool, error) {
	if galera := t.driver.galera.Load(); galera != nil {
		return *galera, nil
	}
	on, err := variable(t.ctx, t, "SHOW VARIABLES LIKE 'wsrep_on'")
	if err != nil {
		return false, err
	}
	galera := on == "ON"
	t.driver.galera.Store(&galera)
	return galera, nil
}

// open returns nil if the transaction is open still, or on a server of its own.
func (t *clusterTx) open() error {
	if on, err := t.onCluster(); err != nil || !on {
		return err
	}
	open, err := variable(t.ctx, t, inTransaction)
	if err == nil && open != "1" {
		err = entocc.ErrTxEnded
	}
	return err
}

// inTransaction asks for the variable that tells whether the session is in a transaction.
const inTransaction = "SELECT 'in_transaction', @@in_transaction"

// variable returns the value in a row of name and value, or nothing where there is no row.
func variable(ctx context.Context, q dialect.ExecQuerier, query string, args ...any) (value string, err error) {
	if args == nil {
		args = []any{}
	}
	rows := &sql.Rows{}
	if err := q.Query(ctx, query, args, rows); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name, &value); err != nil {
			return "", err
		}
	}
	return value, rows.Err()
}

func execContext(ctx context.Context, q any, query string, args []any) (stdsql.Result, error) {
	ex, ok := q.(interface {
		ExecContext(context.Context, string, ...any) (stdsql.Result, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T does not support ExecContext", q)
	}
	return ex.ExecContext(ctx, query, args...)
}

func queryContext(ctx context.Context, q any, query string, args []any) (*stdsql.Rows, error) {
	ex, ok := q.(interface {
		QueryContext(context.Context, string, ...any) (*stdsql.Rows, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T does not support QueryContext", q)
	}
	return ex.QueryContext(ctx, query, args...)
}
