package write

import (
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// upsertBranch is what the update branch of an upsert does to the edges to parents.
type upsertBranch struct {
	dialect string
	// keeps reports that the branch changes nothing: DoNothing and Ignore.
	keeps bool
	// moves names the edges that the branch may move to another parent.
	moves []string
}

// newUpsertBranch finds out what the options do. ent does not expose their content, so their SQL is inspected.
func newUpsertBranch(d string, s *version.Schema, opts []sql.ConflictOption, specs []*sqlgraph.CreateSpec) *upsertBranch {
	u := &upsertBranch{dialect: d}
	var assigned []string
	columns := setBy(s, specs)
	insert := sql.Dialect(d).Insert(s.Row.Table).Columns(columns...).Values(make([]any, len(columns))...)
	insert.OnConflict(append(opts[:len(opts):len(opts)], sql.ResolveWith(func(set *sql.UpdateSet) {
		u.keeps = keeps(set)
		assigned = set.UpdateColumns()
	}))...)
	query, _ := insert.Query()
	_, target, _ := strings.Cut(query, "ON CONFLICT (")
	target, set, _ := strings.Cut(target, ")")
	for _, t := range s.Touch {
		b := &sql.Builder{}
		b.SetDialect(d)
		column := b.Quote(t.Column)
		same := column + " = " + b.Quote(s.Row.Table) + "." + column
		if slices.Contains(assigned, t.Column) && !strings.Contains(target, column) && !strings.Contains(set, same) {
			u.moves = append(u.moves, t.Edge)
		}
	}
	return u
}

// setBy returns the columns of a [Child] that specs set: the update branch may copy them.
func setBy(s *version.Schema, specs []*sqlgraph.CreateSpec) []string {
	columns := []string{s.Row.ID}
	for _, t := range s.Touch {
		if slices.ContainsFunc(specs, func(spec *sqlgraph.CreateSpec) bool { return touch.Moved(s, spec.Edges)[t] != nil }) {
			columns = append(columns, t.Column)
		}
	}
	return columns
}

// check refuses an upsert if the parents that it touches can't be determined.
func (u *upsertBranch) check(s *version.Schema) error {
	switch {
	case u.keeps:
		return nil
	case u.dialect == dialect.MySQL:
		return s.Errorf(0, nil, "the upsert may update a row whose parents are to be touched (%s), and MySQL and MariaDB do not say "+
			"which row that is: create it, and update it where that is a constraint error", touchedEdges(s))
	case len(u.moves) > 0:
		return s.Errorf(0, nil, "the upsert may move a row to another %s, and the one that it leaves would be unknown: keep the edge with "+
			"u.SetIgnore of its column, or make the column part of ConflictColumns", strings.Join(u.moves, " or "))
	}
	return nil
}

func touchedEdges(s *version.Schema) string {
	names := make([]string, len(s.Touch))
	for i, t := range s.Touch {
		names[i] = t.Edge
	}
	return strings.Join(names, ", ")
}
