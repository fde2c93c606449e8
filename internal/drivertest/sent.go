// Package drivertest has drivers for tests that inspect statements, and for errors that no server can be made to return.
package drivertest

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Sent is a driver that records statements and sends nothing. Every statement except savepoints fails with context.Canceled.
type Sent struct {
	dialect.Driver
	// Name is the name of the dialect.
	Name string
	// Statements are the recorded statements with their arguments.
	Statements []string
}

// Dialect returns the name of the dialect.
func (s *Sent) Dialect() string { return s.Name }

// Tx returns a transaction that does nothing.
func (s *Sent) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(s), nil }

// Query records the query.
func (s *Sent) Query(_ context.Context, query string, args, v any) error {
	if rows, ok := v.(*sql.Rows); ok && strings.HasPrefix(query, "SHOW ") { // The client asks about its server.
		rows.ColumnScanner = noRows{}
		return nil
	}
	return s.keep(query, args)
}

// Exec records the statement.
func (s *Sent) Exec(_ context.Context, query string, args, _ any) error {
	if strings.Contains(query, "SAVEPOINT") {
		return nil
	}
	return s.keep(query, args)
}

func (s *Sent) keep(query string, args any) error {
	s.Statements = append(s.Statements, fmt.Sprintf("%s %#v", query, args))
	return context.Canceled
}

// noRows is the answer of a server that knows no such variable.
type noRows struct{ sql.ColumnScanner }

func (noRows) Columns() ([]string, error) { return nil, nil }
func (noRows) Next() bool                 { return false }
func (noRows) Err() error                 { return nil }
func (noRows) Close() error               { return nil }
