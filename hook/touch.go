package hook

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// chunk is how many IDs one statement names: every database takes as many parameters.
const chunk = 500

// parents are rows that a write touches: each is bumped once, whatever leads to it.
type parents struct {
	seen map[parentKey]bool
	// next holds the rows that are not bumped yet, in the order in which they were found.
	next []parentKey
}

type parentKey struct {
	schema *Schema
	id     any
}

func newParents() *parents { return &parents{seen: make(map[parentKey]bool)} }

// own notes a row that the write bumps itself.
func (p *parents) own(s *Schema, id any) {
	if id == nil {
		return
	}
	own := parentKey{s, id}
	if p.seen[own] {
		p.next = slices.DeleteFunc(p.next, func(key parentKey) bool { return key == own })
	}
	p.seen[own] = true
}

// moveTo leaves the parents to others, which bump them later.
func (p *parents) moveTo(others *parents) {
	for key := range p.seen {
		if !slices.Contains(p.next, key) {
			others.own(key.schema, key.id)
		}
	}
	for _, key := range p.next {
		others.add(key.schema, key.id)
	}
}

// add notes a parent, if there is one.
func (p *parents) add(s *Schema, id any) {
	key := parentKey{s, id}
	if id == nil || p.seen[key] {
		return
	}
	p.seen[key] = true
	p.next = append(p.next, key)
}

// bump bumps all parents, their parents, and so on.
func (p *parents) bump(ctx context.Context, q dialect.ExecQuerier, d string) error {
	for len(p.next) > 0 {
		level := p.next
		p.next = nil
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
func (p *parents) bumpType(ctx context.Context, q dialect.ExecQuerier, d string, s *Schema, ids []any) error {
	for ids := range slices.Chunk(ids, chunk) {
		b := sql.Dialect(d)
		update := b.Update(s.Row.Table).Set(s.Column, s.bump(s.Row.Table)).Where(oneOf(s.Row.ID, ids))
		query, args := update.Query()
		if err := update.Err(); err != nil {
			return s.unusable(0, err)
		}
		if _, err := execAffected(ctx, q, query, args); err != nil {
			return (&claim{schema: s}).failed(err)
		}
		if len(s.Touch) == 0 {
			continue
		}
		selector := b.Select().From(b.Table(s.Row.Table)).Where(oneOf(s.Row.ID, ids))
		lockLatest(selector)
		rows, err := readChildren(ctx, s, q, selector)
		if err != nil {
			return err
		}
		p.of(s, rows)
	}
	return nil
}

// of notes the parents of rows of a type.
func (p *parents) of(s *Schema, rows []child) {
	for _, row := range rows {
		for i, t := range s.Touch {
			p.add(t.Parent, row.parents[i])
		}
	}
}

// child is a row that touches others: its ID, and those of its parents in the order of the schema's Touch.
type child struct {
	id      any
	parents []any
}

// touchColumns are the columns of a [child].
func touchColumns(s *Schema) []string {
	columns := []string{s.Row.ID}
	for _, t := range s.Touch {
		columns = append(columns, t.Column)
	}
	return columns
}

// readChildren runs a query for rows of the type, of which it selects the columns.
func readChildren(ctx context.Context, s *Schema, q dialect.ExecQuerier, selector *sql.Selector) ([]child, error) {
	selector.Select(selector.Columns(touchColumns(s)...)...)
	if err := selector.Err(); err != nil {
		return nil, err
	}
	query, args := selector.Query()
	return queryChildren(ctx, s, q, query, args)
}

func queryChildren(ctx context.Context, s *Schema, q dialect.ExecQuerier, query string, args []any) ([]child, error) {
	var children []child
	err := eachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		id, value := s.Row.Scan()
		dest, values := []any{id}, []func() any{value}
		for _, t := range s.Touch {
			id, value := t.Parent.Row.Scan()
			dest, values = append(dest, id), append(values, value)
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		c := child{id: values[0]()}
		for _, value := range values[1:] {
			c.parents = append(c.parents, value())
		}
		children = append(children, c)
		return nil
	})
	return children, err
}

// lock locks parents that a foreign key is about to be set to. MySQL and MariaDB lock such a parent shared by
// themselves, so that two writers which go on to bump it would wait for each other.
func (p *parents) lock(ctx context.Context, q dialect.ExecQuerier, d string) error {
	if d != dialect.MySQL {
		return nil
	}
	keys := slices.Clone(p.next)
	slices.SortStableFunc(keys, func(a, b parentKey) int {
		return strings.Compare(fmt.Sprint(a.schema.Type, a.id), fmt.Sprint(b.schema.Type, b.id))
	})
	for _, key := range keys {
		row := key.schema.Row
		b := sql.Dialect(d)
		selector := b.Select(row.ID).From(b.Table(row.Table)).Where(sql.EQ(row.ID, key.id)).ForUpdate()
		query, args := selector.Query()
		if _, err := queryChildren(ctx, &Schema{Row: row}, q, query, args); err != nil {
			return err
		}
	}
	return nil
}

// oneOf returns the predicate that a column holds one of the values.
func oneOf(column string, values []any) *sql.Predicate {
	if len(values) == 1 {
		return sql.EQ(column, values[0])
	}
	return sql.In(column, values...)
}

// childIDs returns the IDs of rows.
func childIDs(rows []child) []any {
	ids := make([]any, len(rows))
	for i, row := range rows {
		ids[i] = row.id
	}
	return ids
}
