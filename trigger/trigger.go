// Package trigger makes the database itself bump versions, for writes that bypass ent: by psql, by other programs, by
// raw SQL. It creates a trigger on each table whose schema has one of the mixins:
//
//	triggers, err := trigger.New(dialect.Postgres, ent.VersionedTables())
//	...
//	err = client.Schema.Create(ctx, triggers.Migrate(db))
//
// The trigger bumps the version of a row when an UPDATE changes the row and does not bump it itself. So a write through ent
// bumps it once, as always, and whoever holds the row notices a write through psql. Fields of Only and Ignore count as they
// do in the mixin. With [Refusing] an UPDATE that forgets the version fails instead.
//
// What no trigger sees: TRUNCATE and bulk loads that replace rows (REPLACE INTO starts a row's version over), and on MySQL
// and MariaDB the foreign keys' own ON DELETE SET NULL and ON UPDATE CASCADE, which fire no triggers there. A session can
// turn them off, as a restore may have to: SET entocc.triggers = 'off' on PostgreSQL, SET @entocc_triggers = 'off' on MySQL
// and MariaDB. SQLite has no such switch: drop the triggers, and create them again.
package trigger

import (
	"context"
	"crypto/sha256"
	stdsql "database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/entocc/entocc/internal/version"
)

// Triggers are those of some tables.
type Triggers struct {
	server  server
	dialect string
	tables  []*table
}

// table is a table and its trigger.
type table struct {
	version.Table
	strategy version.Triggered
	refusing bool
	// trigger is the name of the trigger, and of its function on PostgreSQL. stamp identifies the SQL that made it.
	trigger, stamp string
	create         []string
}

// server is what each database does in its own way.
type server interface {
	quote(name string) string
	// create returns the statements that create or replace the trigger, and drop those that drop it.
	create(t *table) []string
	drop(t *table) []string
	// installed returns the trigger with the table's trigger name, and column describes the version's column. Both
	// return ErrNoRows if there is none.
	installed(ctx context.Context, q querier, t *table) (*found, error)
	column(ctx context.Context, q querier, t *table) (kind, typ string, err error)
	// each runs f in a transaction if the database can undo DDL.
	each(ctx context.Context, db *stdsql.DB, f func(execer) error) error
}

// querier and execer are a *sql.DB or a *sql.Tx.
type (
	querier interface {
		QueryRowContext(ctx context.Context, query string, args ...any) *stdsql.Row
	}
	execer interface {
		querier
		ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error)
	}
)

// Option is an option of [New].
type Option func(*options)

type options struct {
	refusing bool
	types    []string
}

// Refusing makes an UPDATE fail that changes a row and does not bump its version, so no program can forget it. The error is
// one that [IsRefused] knows. Writes of ent's that leave the version alone, as in entocc.SkipIncrement, fail too.
func Refusing() Option { return func(o *options) { o.refusing = true } }

// For limits the triggers to the tables of some types, by their names: "User". The default is all.
func For(types ...string) Option { return func(o *options) { o.types = append(o.types, types...) } }

// New returns the triggers of tables, as the generated VersionedTables lists them, for a database with one of ent's
// dialects. A version that triggers can't bump is an error: that of mixin.Guard on a time.
func New(name string, tables []version.Table, opts ...Option) (*Triggers, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	servers := map[string]server{dialect.Postgres: postgres{}, dialect.MySQL: mysql{}, dialect.SQLite: sqlite{}}
	t := &Triggers{server: servers[name], dialect: name}
	if t.server == nil {
		return nil, fmt.Errorf("entocc: there are no triggers for the dialect %q: use %s, %s or %s", name, dialect.Postgres, dialect.MySQL, dialect.SQLite)
	}
	for _, typ := range o.types {
		if !slices.ContainsFunc(tables, func(v version.Table) bool { return v.Schema.Type == typ }) {
			return nil, fmt.Errorf("entocc: no trigger for %q: it is not the name of a type with a version", typ)
		}
	}
	for _, v := range tables {
		if len(o.types) > 0 && !slices.Contains(o.types, v.Schema.Type) {
			continue
		}
		if len(o.types) == 0 && v.Schema.Strategy.BySystem() {
			continue // Every write changes it.
		}
		strategy, ok := v.Schema.Strategy.(version.Triggered)
		if !ok {
			return nil, fmt.Errorf("entocc: no trigger can move on the version %q of %s: leave the type out by For, or give it an integer", v.Schema.Field, v.Schema.Type)
		}
		if o.refusing && strategy.ByTrigger() {
			return nil, fmt.Errorf("entocc: %s has a mixin.TriggerVersion, whose trigger bumps the version for writers that do not know it: "+
				"leave out Refusing, or the type with For, or use mixin.Version", v.Schema.Type)
		}
		t.tables = append(t.tables, newTable(t.server, &table{Table: v, strategy: strategy, refusing: o.refusing}))
	}
	return t, nil
}

// longest is the limit for names on PostgreSQL; MariaDB's is 64.
const longest = 63

func newTable(s server, t *table) *table {
	t.trigger = "entocc_" + t.Name
	if len(t.trigger) > longest {
		t.trigger = t.trigger[:longest-9] + "_" + sum(t.Name)
	}
	t.stamp = sum(strings.Join(s.create(t), ";"))
	t.create = s.create(t)
	return t
}

// sum is a short name for a text.
func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:4])
}

// mark comes before the stamp in the text of our triggers.
const mark = "entocc trigger "

// comment is the stamp as SQL has it.
func (t *table) comment() string { return "/* " + mark + t.stamp + " */" }

// next is the SQL of the version that follows ident.
func (t *table) next(name, ident string) string {
	b := &sql.Builder{}
	b.SetDialect(name)
	t.strategy.InTrigger(b, ident)
	return b.String()
}

// qualified is the name of something in the schema of the table.
func (t *table) qualified(s server, name string) string {
	if t.Namespace == "" {
		return s.quote(name)
	}
	return s.quote(t.Namespace) + "." + s.quote(name)
}

// when is the condition on which the trigger acts: the version is the same, and a column that counts has changed.
// differs compares a column of OLD and NEW exactly, whatever its collation; same compares versions.
func (t *table) when(s server, differs, same func(column string) string) string {
	c := s.quote(t.Schema.Column)
	when := same(c)
	if t.strategy.Ordered() {
		when = fmt.Sprintf("NOT COALESCE(NEW.%[1]s > OLD.%[1]s, OLD.%[1]s IS NULL AND NEW.%[1]s IS NOT NULL)", c)
	}
	if t.Counted == nil {
		return when
	}
	var changed []string
	for _, counted := range t.Counted {
		changed = append(changed, differs(s.quote(counted)))
	}
	return when + " AND (" + strings.Join(changed, " OR ") + ")"
}

// refused starts the message of a trigger that refuses.
const refused = "entocc: refused an UPDATE of "

// refusal is the message of a trigger that refuses.
func (t *table) refusal() string {
	return refused + t.Name + " that leaves the version of a row where it is: move " + t.Schema.Column + " on in the same statement"
}

// IsRefused reports whether a trigger of [Refusing] has refused the write.
func IsRefused(err error) bool { return err != nil && strings.Contains(err.Error(), refused) }

// SQL returns the statements that create the triggers, for files of versioned migrations. They may be run again.
func (t *Triggers) SQL() []string { return t.each(func(t *table) []string { return t.create }) }

// DropSQL returns the statements that drop the triggers, if they exist.
func (t *Triggers) DropSQL() []string { return t.each(t.server.drop) }

func (t *Triggers) each(of func(*table) []string) (statements []string) {
	for _, t := range t.tables {
		statements = append(statements, of(t)...)
	}
	return statements
}

// Create creates the triggers that are missing or outdated, and leaves the others alone. It refuses, before anything is
// created, a table that is not there or is a view, a version column of another type, and a trigger of the same name that
// is not ours.
func (t *Triggers) Create(ctx context.Context, db *stdsql.DB) error {
	var todo []*table
	for _, table := range t.tables {
		f, err := t.check(ctx, db, table)
		if err != nil {
			return err
		}
		if f != nil && f.Problem == Foreign {
			return f
		}
		if f != nil {
			todo = append(todo, table)
		}
	}
	return t.run(ctx, db, todo, func(t *table) []string { return t.create })
}

// Drop drops the triggers that are there, except those that are not ours.
func (t *Triggers) Drop(ctx context.Context, db *stdsql.DB) error {
	var todo []*table
	for _, table := range t.tables {
		switch found, err := t.server.installed(ctx, db, table); {
		case errors.Is(err, stdsql.ErrNoRows):
		case err != nil:
			return fmt.Errorf("entocc: looking for the trigger of the table %s: %w", table.Name, err)
		case found.stamp != "":
			todo = append(todo, table)
		}
	}
	return t.run(ctx, db, todo, t.server.drop)
}

func (t *Triggers) run(ctx context.Context, db *stdsql.DB, tables []*table, statements func(*table) []string) error {
	if len(tables) == 0 {
		return nil
	}
	return t.server.each(ctx, db, func(tx execer) error {
		for _, table := range tables {
			for _, statement := range statements(table) {
				if _, err := tx.ExecContext(ctx, statement); err != nil {
					return fmt.Errorf("entocc: the trigger %s of %s: %w", table.trigger, table.Name, err)
				}
			}
		}
		return nil
	})
}

// Migrate is the option of ent's auto-migration that creates the triggers once the tables are there. SQLite loses the triggers
// of a table that a migration rebuilds: this brings them back.
func (t *Triggers) Migrate(db *stdsql.DB) schema.MigrateOption {
	return schema.WithHooks(func(next schema.Creator) schema.Creator {
		return schema.CreateFunc(func(ctx context.Context, tables ...*schema.Table) error {
			if err := next.Create(ctx, tables...); err != nil {
				return err
			}
			return t.Create(ctx, db)
		})
	})
}

// inTx runs f in a transaction.
func inTx(ctx context.Context, db *stdsql.DB, f func(execer) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
