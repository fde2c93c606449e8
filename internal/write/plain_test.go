package write_test

import (
	"context"
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/drivertest"
	entocctest "github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// odd is a name that ent does not simply quote.
const odd = "lower(name)"

func edge(rel sqlgraph.Rel, column string, ids ...any) *sqlgraph.EdgeSpec {
	e := &sqlgraph.EdgeSpec{Rel: rel, Table: "pages", Columns: []string{column}, Target: &sqlgraph.EdgeTarget{IDSpec: sqlgraph.NewFieldSpec("id", field.TypeInt)}}
	for _, id := range ids {
		e.Target.Nodes = append(e.Target.Nodes, id)
	}
	return e
}

// What ent writes in a special way, such as a name that is a function or a value that is SQL, is written by ent's
// builder.
func TestUpdateOne_NamesAndValuesThatAreSQLAreWrittenAsEntWritesThem(t *testing.T) {
	expr := sql.Expr("1 + 1")
	for name, change := range map[string]func(*version.Schema, *sqlgraph.UpdateSpec){
		"table":        func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.Node.Table = odd },
		"schema":       func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.Node.Schema = "other" },
		"version":      func(s *version.Schema, _ *sqlgraph.UpdateSpec) { s.Column = odd },
		"key":          func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.Node.ID.Column = odd },
		"value of key": func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.Node.ID.Value = expr },
		"set":          func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.SetField(odd, field.TypeString, "x") },
		"value":        func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.SetField("size", field.TypeInt, expr) },
		"cleared":      func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.ClearField(odd, field.TypeString) },
		"added":        func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.AddField("size", field.TypeInt, 1) },
		"edge": func(_ *version.Schema, u *sqlgraph.UpdateSpec) {
			u.Edges.Add = append(u.Edges.Add, edge(sqlgraph.M2O, odd, 3))
		},
		"value of edge": func(_ *version.Schema, u *sqlgraph.UpdateSpec) {
			u.Edges.Add = append(u.Edges.Add, edge(sqlgraph.M2O, "parent", expr))
		},
		"cleared edge": func(_ *version.Schema, u *sqlgraph.UpdateSpec) {
			u.Edges.Clear = append(u.Edges.Clear, edge(sqlgraph.M2O, odd))
		},
		"predicate": func(_ *version.Schema, u *sqlgraph.UpdateSpec) {
			u.Predicate = func(s *sql.Selector) { s.Where(sql.EQ("name", "before")) }
		},
		"returned": func(_ *version.Schema, u *sqlgraph.UpdateSpec) { u.Node.Columns = []string{"id", odd} },
	} {
		for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
			var sent [2]string
			for i := range sent {
				s := &version.Schema{Type: "Page", Table: "pages", Field: "rev", Column: "rev", Strategy: version.Counter{}}
				spec := page(7)
				spec.Node.Columns = []string{"id", "name"}
				change(s, spec)
				if i == 1 {
					spec.AddModifier(func(*sql.UpdateBuilder) {})
				}
				spec.ScanValues = func(columns []string) ([]any, error) { return make([]any, len(columns)), nil }
				var e write.Expectation
				e.In(int64(4))
				w, err := write.UpdateOne(t.Context(), s, renaming{op: ent.OpUpdateOne}, &e, spec, nil, 7)
				require.NoError(t, err)
				drv := &drivertest.Sent{Name: d}
				require.ErrorIs(t, w.Save(t.Context(), drv), context.Canceled)
				sent[i] = drv.Statements[0]
			}
			assert.Equal(t, sent[1], sent[0], "%s on %s", name, d)
		}
	}
}

// deleting is the mutation of a page that is deleted.
type deleting struct {
	s *version.Schema
	e *write.Expectation
}

func (deleting) Op() ent.Op                                            { return ent.OpDeleteOne }
func (deleting) WhereP(...func(*sql.Selector))                         {}
func (d deleting) VersionGuard() (*version.Schema, *write.Expectation) { return d.s, d.e }

func TestDelete_NamesAndValuesThatAreSQLAreLeftToEnt(t *testing.T) {
	expr := sql.Expr("1 + 1")
	type deletion struct {
		s          *version.Schema
		spec       *sqlgraph.DeleteSpec
		e          *write.Expectation
		predicates int
	}
	for name, change := range map[string]func(*deletion){
		"":                    func(*deletion) {},
		"table":               func(d *deletion) { d.spec.Node.Table = odd },
		"schema":              func(d *deletion) { d.spec.Node.Schema = "other" },
		"version":             func(d *deletion) { d.s.Column = odd },
		"key":                 func(d *deletion) { d.spec.Node.ID.Column = odd },
		"value of key":        func(d *deletion) { d.e.Row(expr) },
		"another predicate":   func(d *deletion) { d.predicates = 2 },
		"of many rows":        func(d *deletion) { d.e.Row(nil) },
		"several versions":    func(d *deletion) { d.e.In(int64(4), int64(5)) },
		"version that is SQL": func(d *deletion) { d.e.In(expr) },
		"the zero version":    func(d *deletion) { d.e.In(int64(0)) },
		"touched":             func(d *deletion) { d.s.Touch = []*version.Touch{{Edge: "book", Column: "book", Parent: d.s}} },
		"no transaction's":    func(d *deletion) { d.s.Strategy = version.System{}; d.e.In(int64(-1)) },
	} {
		s := &version.Schema{Type: "Page", Table: "pages", Field: "rev", Column: "rev", Strategy: version.Counter{}}
		d := &deletion{s, sqlgraph.NewDeleteSpec("pages", sqlgraph.NewFieldSpec("id", field.TypeInt)), new(write.Expectation), 1}
		d.e.In(int64(4))
		d.e.Row(7)
		change(d)
		drv := &drivertest.Sent{Name: dialect.Postgres}
		pass := func(err error) error { return err }
		row := func(any) func(*sql.Selector) { return func(*sql.Selector) {} }
		got := write.Delete(t.Context(), drv, deleting{d.s, d.e}, d.spec, d.predicates, 7, row, pass)
		assert.Equal(t, name == "", got.Done, name)
		assert.Equal(t, name == "", len(drv.Statements) > 0, name)
	}
}

// Most saves and deletes are written without ent's builders, which makes them cheap.
func TestDirectStatement_IsThatOfMostWrites(t *testing.T) {
	client := entocctest.NewClient(entocctest.Driver(&drivertest.Sent{Name: dialect.SQLite}))
	u := &entocctest.User{ID: 5, Version: 41}
	allocs := func(write func()) float64 { return testing.AllocsPerRun(20, write) }
	saved := allocs(func() { _ = client.User.UpdateOne(u).SetName("n").Exec(context.Background()) })
	built := allocs(func() {
		_ = client.User.UpdateOne(u).SetName("n").Modify(func(*sql.UpdateBuilder) {}).Exec(context.Background())
	})
	assert.Less(t, saved, built-15)
	deleted := allocs(func() { _ = client.User.DeleteOne(u).Exec(context.Background()) })
	several := allocs(func() { _ = client.User.DeleteOneID(5).IfVersionIn(41, 42).Exec(context.Background()) })
	assert.Less(t, deleted, several-15)
	t.Log(saved, built, deleted, several)
}
