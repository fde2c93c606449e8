package touch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// Chunk is how many IDs one statement names: every database accepts that many parameters.
const Chunk = 500

// Parents are rows that a write touches: each is bumped once, however many ways lead to it.
type Parents struct {
	seen map[parentKey]bool
	// Next holds the rows that are not bumped yet, in the order in which they were found.
	Next []parentKey
}

type parentKey struct {
	schema *version.Schema
	id     any
}

// NewParents returns an empty set of parents.
func NewParents() *Parents { return &Parents{seen: make(map[parentKey]bool)} }

// Own notes a row that the write bumps itself.
func (p *Parents) Own(s *version.Schema, id any) {
	if id == nil {
		return
	}
	own := parentKey{s, id}
	if p.seen[own] {
		p.Next = slices.DeleteFunc(p.Next, func(key parentKey) bool { return key == own })
	}
	p.seen[own] = true
}

// MoveTo moves the parents to others, which bumps them later.
func (p *Parents) MoveTo(others *Parents) {
	for key := range p.seen {
		if !slices.Contains(p.Next, key) {
			others.Own(key.schema, key.id)
		}
	}
	for _, key := range p.Next {
		others.Add(key.schema, key.id)
	}
}

// Add notes a parent, if there is one.
func (p *Parents) Add(s *version.Schema, id any) {
	key := parentKey{s, id}
	if id == nil || p.seen[key] {
		return
	}
	p.seen[key] = true
	p.Next = append(p.Next, key)
}

// Bump bumps all parents, their parents, and so on.
func (p *Parents) Bump(ctx context.Context, q dialect.ExecQuerier, d string) error {
	for len(p.Next) > 0 {
		level := p.Next
		p.Next = nil
		for len(level) > 0 {
			s := level[0].schema
			var ids []any
			level = slices.DeleteFunc(level, func(key parentKey) bool {
				if key.schema == s {
					ids = append(ids, key.id)
				}
				return key.schema == s
			})
			if entocc.IncrementSkipped(ctx, s.Type) {
				continue
			}
			if err := p.bumpType(ctx, q, d, s, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// bumpType bumps parents of one type, and notes theirs.
func (p *Parents) bumpType(ctx context.Context, q dialect.ExecQuerier, d string, s *version.Schema, ids []any) error {
	for ids := range slices.Chunk(ids, Chunk) {
		b := sql.Dialect(d)
		update := b.Update(s.Row.Table).Where(OneOf(s.Row.ID, ids))
		s.SetBump(update, s.Row.Table)
		query, args := update.Query()
		if err := update.Err(); err != nil {
			return s.Unusable(0, err)
		}
		if _, err := session.ExecAffected(ctx, q, query, args); err != nil {
			return (&version.Claim{Schema: s}).Failed(err)
		}
		if len(s.Touch) == 0 {
			continue
		}
		selector := b.Select().From(b.Table(s.Row.Table)).Where(OneOf(s.Row.ID, ids))
		session.LockLatest(selector)
		rows, err := ReadChildren(ctx, s, q, selector)
		if err != nil {
			return err
		}
		p.AddOf(s, rows)
	}
	return nil
}

// AddOf notes the parents of rows of a type.
func (p *Parents) AddOf(s *version.Schema, rows []Child) {
	for _, row := range rows {
		for i, t := range s.Touch {
			p.Add(t.Parent, row.Parents[i])
		}
	}
}

// Child is a row that touches others: its ID, and those of its parents in the order of the schema's Touch.
type Child struct {
	ID      any
	Parents []any
}

// Columns are the columns of a [Child].
func Columns(s *version.Schema) []string {
	columns := []string{s.Row.ID}
	for _, t := range s.Touch {
		columns = append(columns, t.Column)
	}
	return columns
}

// ReadChildren runs a query for rows of the type, and selects their columns in it.
func ReadChildren(ctx context.Context, s *version.Schema, q dialect.ExecQuerier, selector *sql.Selector) ([]Child, error) {
	selector.Select(selector.Columns(Columns(s)...)...)
	if err := selector.Err(); err != nil {
		return nil, err
	}
	query, args := selector.Query()
	return QueryChildren(ctx, s, q, query, args)
}

// QueryChildren runs a query that selects the columns of a [Child].
func QueryChildren(ctx context.Context, s *version.Schema, q dialect.ExecQuerier, query string, args []any) ([]Child, error) {
	var children []Child
	err := session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		id, value := s.Row.Scan()
		dest, values := []any{id}, []func() any{value}
		for _, t := range s.Touch {
			id, value := t.Parent.Row.Scan()
			dest, values = append(dest, id), append(values, value)
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		c := Child{ID: values[0]()}
		for _, value := range values[1:] {
			c.Parents = append(c.Parents, value())
		}
		children = append(children, c)
		return nil
	})
	return children, err
}

// Lock locks parents that a foreign key is about to be set to. MySQL and MariaDB themselves take only a shared lock on
// such a parent, so that two writers that go on to bump it would wait for each other.
func (p *Parents) Lock(ctx context.Context, q dialect.ExecQuerier, d string) error {
	if d != dialect.MySQL {
		return nil
	}
	keys := slices.Clone(p.Next)
	slices.SortStableFunc(keys, func(a, b parentKey) int {
		return strings.Compare(fmt.Sprint(a.schema.Type, a.id), fmt.Sprint(b.schema.Type, b.id))
	})
	for _, key := range keys {
		row := key.schema.Row
		b := sql.Dialect(d)
		selector := b.Select(row.ID).From(b.Table(row.Table)).Where(sql.EQ(row.ID, key.id)).ForUpdate()
		query, args := selector.Query()
		if _, err := QueryChildren(ctx, &version.Schema{Row: row}, q, query, args); err != nil {
			return err
		}
	}
	return nil
}

// OneOf returns the predicate that a column holds one of the values.
func OneOf(column string, values []any) *sql.Predicate {
	if len(values) == 1 {
		return sql.EQ(column, values[0])
	}
	return sql.In(column, values...)
}

// IDs returns the IDs of rows.
func IDs(rows []Child) []any {
	ids := make([]any, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids
}
