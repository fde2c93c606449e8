package session

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// EachRow runs a query and reads it to its end: on SQLite a statement is committed at its last step, and closing early
// would hide an error of the commit.
func EachRow(ctx context.Context, drv dialect.ExecQuerier, query string, args []any, scan func(*sql.Rows, []string) error) (err error) {
	rows := &sql.Rows{}
	if err := drv.Query(ctx, query, args, rows); err != nil {
		return err
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows, columns); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ExecAffected sends a statement, and returns how many rows it affected.
func ExecAffected(ctx context.Context, q dialect.ExecQuerier, query string, args []any) (int64, error) {
	var res sql.Result
	if err := q.Exec(ctx, query, args, &res); err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
