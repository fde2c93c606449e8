package rawsql

import (
	"app/ent"
	"context"
	"database/sql"
)

const renames = `UPDATE "users" SET name = $1`

func raw(ctx context.Context, c *ent.Client, db *sql.DB, table string) {
	db.ExecContext(ctx, "UPDATE users SET name = ? WHERE id = ?", "a", 1)      // want `this UPDATE of users leaves the version of the User as it is`
	db.Exec(renames, "a")                                                      // want `Add version = version \+ 1 to its SET`
	c.ExecContext(ctx, "update `app`.`users` u set u.name = 'a'")              // want `this UPDATE of users`
	db.ExecContext(ctx, "UPDATE users SET name = ?, version = version + 1", 1) // It moves on.
	db.ExecContext(ctx, "UPDATE tags SET name = ?", 1)
	db.ExecContext(ctx, "UPDATE "+table+" SET name = ?", 1) // It can't be read.
	db.QueryContext(ctx, "SELECT * FROM users FOR UPDATE")
	println("UPDATE users SET name = 'no statement'")
}
