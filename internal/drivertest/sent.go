// Package drivertest has drivers for tests that look at statements, and at what comes of errors that no server can be made to return.
package drivertest

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Sent is a driver that keeps what it is sent, and sends nothing: every statement fails by context.Canceled, except savepoints.
type Sent struct {
	dialect.Driver
	// Name is that of the dialect.
	Name string
	// Statements are those that were sent, with their arguments.
	Statements []string
}

// Dialect returns the name of the dialect.
func (s *Sent) Dialect() string { return s.Name }

// Tx returns a transaction that is none.
func (s *Sent) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(s), nil }

// Query keeps the query.
func (s *Sent) Query(_ context.Context, query string, args, v any) error {
	if rows, ok := v.(*sql.Rows); ok && strings.HasPrefix(query, "SHOW ") { // A client's question about its server.
		rows.ColumnScanner = noRows{}
		return nil
	}
	return s.keep(query, args)
}

// Exec keeps the statement.
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
