// Command external gives a version to a schema of another module, whose database has rows already.
//
//	go run ./examples/external
//
// Package auth is that other module. ent/schema/group.go embeds its Group and adds the mixin; the Member stays as it is.
// The table of the groups was there before: ent's migration adds the column, and the old rows are guarded at once.
package main

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/external/ent"
	"github.com/entocc/entocc/examples/external/ent/group"
	_ "github.com/entocc/entocc/examples/external/ent/runtime"
)

// before is the database as the auth module created it, without a version.
const before = `
CREATE TABLE groups (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, created_at datetime NOT NULL, name text NOT NULL UNIQUE, permissions json NOT NULL);
CREATE TABLE members (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name text NOT NULL);
CREATE TABLE group_members (group_id integer NOT NULL, member_id integer NOT NULL, PRIMARY KEY (group_id, member_id),
	CONSTRAINT group_members_group_id FOREIGN KEY (group_id) REFERENCES groups (id) ON DELETE CASCADE,
	CONSTRAINT group_members_member_id FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE CASCADE);
INSERT INTO groups (created_at, name, permissions) VALUES
	('2019-05-01 08:00:00', 'editors', '["read", "write"]'),
	('2019-05-02 08:00:00', 'readers', '["read"]');
INSERT INTO members (name) VALUES ('Ann'), ('Bob');
INSERT INTO group_members (group_id, member_id) VALUES (1, 1);`

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run adds the version to a database with rows, and lets two administrators collide.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "entocc-external")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := stdsql.Open("sqlite3", "file:"+filepath.Join(dir, "auth.db")+"?_fk=1")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, before); err != nil {
		return err
	}
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, db)))
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	for _, g := range client.Group.Query().Order(group.ByID()).AllX(ctx) {
		fmt.Fprintf(out, "%s, created %s, is at version %d\n", g.Name, g.CreatedAt.Format("2006-01-02"), g.Version)
	}
	return collide(ctx, out, client)
}

// collide lets one administrator give a group another permission, and a second one add a member to the group as he last saw it.
func collide(ctx context.Context, out io.Writer, client *ent.Client) error {
	a := client.Group.Query().Where(group.Name("editors")).OnlyX(ctx)
	b := client.Group.Query().Where(group.Name("editors")).OnlyX(ctx)
	bob := client.Member.GetX(ctx, 2)

	a, err := a.Update().SetPermissions([]string{"read", "write", "delete"}).Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "a gave %s %v: version %d\n", a.Name, a.Permissions, a.Version)

	err = b.Update().AddMembers(bob).Exec(ctx)
	if !ent.IsRecordModified(err) {
		return errors.Join(errors.New("the stale save was not refused"), err)
	}
	fmt.Fprintf(out, "b wanted to add %s to a group that may %v\n%v\n", bob.Name, b.Permissions, err)
	fmt.Fprintf(out, "%s has %d member\n", a.Name, a.QueryMembers().CountX(ctx))
	return nil
}
