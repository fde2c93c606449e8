package session

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Pinner is a caller's driver that can send several statements on one connection; see hook.Pinner.
type Pinner interface {
	// Pin returns a connection, or nil if none is available this way.
	Pin(ctx context.Context) (Pinned, error)
}

// Pinned is one connection of a driver.
type Pinned interface {
	dialect.ExecQuerier
	// Release returns the connection to the pool if it is clean, and closes it otherwise: a transaction may be open on
	// it.
	Release(clean bool)
}

// Pin returns a connection of a driver: ent's, or a [Pinner]. It returns nil for all others, and for a context with
// session variables (ent's sql.WithVar), which ent sets in its own way.
func Pin(ctx context.Context, drv dialect.Driver) (Pinned, error) {
	switch drv := drv.(type) {
	case Pinner:
		return drv.Pin(ctx)
	case *sql.Driver:
		db, ok := drv.ExecQuerier.(*stdsql.DB)
		if !ok || hasSessionVars(ctx) {
			return nil, nil
		}
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return pinnedConn{sql.Conn{ExecQuerier: conn}, conn}, nil
	}
	return nil, nil
}

// pinnedConn is a connection of ent's driver.
type pinnedConn struct {
	sql.Conn
	conn *stdsql.Conn
}

// Release returns the connection to its pool, or makes the pool close it.
func (c pinnedConn) Release(clean bool) {
	if !clean {
		_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = c.conn.Close()
}

// hasSessionVars reports whether ent would set session variables before a statement of this context. ent does not
// expose them, so it is made to send a statement to a dummy: it first sets the variables, or fails because it does not
// know the connection.
func hasSessionVars(ctx context.Context) (has bool) {
	defer func() { has = recover() != nil || has }()
	_ = sql.Conn{ExecQuerier: nowhere{&has}}.Exec(ctx, "", []any{}, nil)
	return has
}

// nowhere takes statements and notes whether one was not the empty one.
type nowhere struct{ more *bool }

// ExecContext sends nothing.
func (n nowhere) ExecContext(_ context.Context, query string, _ ...any) (stdsql.Result, error) {
	*n.more = *n.more || query != ""
	return nil, nil
}

// QueryContext sends nothing.
func (nowhere) QueryContext(context.Context, string, ...any) (*stdsql.Rows, error) { return nil, nil }
