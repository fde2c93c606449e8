package write

import (
	"context"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
)

// childTx is a transaction that rewrites the statements of children's foreign keys. Children that touch parents through
// other edges touch them too, because their rows change.
type childTx struct {
	dialect.Tx
	name     string
	children []Child
	touched  *touch.Parents
	// own reports that nobody else bumps the parents.
	own bool
	ctx context.Context
}

func newChildTx(tx dialect.Tx, d childDriver) *childTx {
	t := &childTx{Tx: tx, name: d.Dialect(), children: d.children, touched: d.touched}
	if c, ok := tx.(*touchingTx); ok {
		t.touched = c.parents
	}
	if t.touched == nil {
		t.touched, t.own = touch.NewParents(), true
	}
	return t
}

// Exec rewrites the statement if it writes a child's foreign key.
func (t *childTx) Exec(ctx context.Context, query string, args, v any) error {
	argv, _ := args.([]any)
	for i := range t.children {
		c := &t.children[i]
		if !c.touchesOthers() || entocc.IncrementSkipped(ctx, c.Schema.Type) {
			continue
		}
		bumped, _, err := c.bump(t.name, query, argv)
		if bumped != "" {
			t.ctx = ctx
			err = t.note(ctx, c, query, argv)
		}
		if err != nil {
			return err
		}
	}
	return execChild(ctx, t.Tx, t.name, t.children, query, args, v)
}

// Commit bumps the parents that the children touch, and commits.
func (t *childTx) Commit() error {
	if t.own {
		if err := t.touched.Bump(t.ctx, t.Tx, t.name); err != nil {
			return session.Rollback(t.Tx, err)
		}
	}
	return t.Tx.Commit()
}

// touchesOthers reports whether the child touches parents through edges other than the one that is written.
func (c *Child) touchesOthers() bool {
	for _, t := range c.Schema.Touch {
		if t.Column != c.Column {
			return true
		}
	}
	return false
}

// note locks the children that UPDATE child SET fk = .. is about to write, and notes their other parents. The parent
// that the edge leads to is already being written.
func (t *childTx) note(ctx context.Context, c *Child, update string, args []any) error {
	s := c.Schema
	table, rest, _ := strings.Cut(strings.TrimPrefix(update, "UPDATE "), " SET ")
	assigned, where, _ := strings.Cut(rest, " WHERE ")
	set := strings.Count(assigned, "?")
	if t.name == dialect.Postgres {
		set = strings.Count(assigned, "$")
		where = renumber(where, set)
	}
	b := &sql.Builder{}
	b.SetDialect(t.name)
	b.WriteString("SELECT ").IdentComma(touch.Columns(s)...)
	query := b.String() + " FROM " + table + " WHERE " + where + session.Exclusive.Clause(t.name)
	if err := session.BeginWriting(ctx, t.Tx, t.name, s.Row.Table, s.Column); err != nil {
		return err
	}
	rows, err := touch.QueryChildren(ctx, s, t.Tx, query, args[set:])
	if err != nil {
		return err
	}
	for _, row := range rows {
		for i, touch := range s.Touch {
			if touch.Column != c.Column {
				t.touched.Add(touch.Parent, row.Parents[i])
			}
		}
	}
	return nil
}

// renumber subtracts n from the numbers of PostgreSQL's placeholders in a condition that ent built, where every dollar
// sign belongs to a placeholder.
func renumber(where string, n int) string {
	parts := strings.Split(where, "$")
	for i, part := range parts[1:] {
		digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
		number, err := strconv.Atoi(part[:digits])
		if err != nil {
			continue
		}
		parts[i+1] = strconv.Itoa(number-n) + part[digits:]
	}
	return strings.Join(parts, "$")
}
