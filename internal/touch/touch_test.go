package touch_test

import (
	"context"
	stddriver "database/sql/driver"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// A page touches its book and its author, and a book its shelf.
var (
	shelves = schema("Shelf", "shelves")
	authors = schema("Author", "authors")
	books   = schema("Book", "books", &version.Touch{Edge: "shelf", Column: "shelf_id", Parent: shelves})
	pages   = schema("Page", "pages",
		&version.Touch{Edge: "book", Column: "book_id", Parent: books}, &version.Touch{Edge: "author", Column: "author_id", Parent: authors})
)

func schema(name, table string, touched ...*version.Touch) *version.Schema {
	return &version.Schema{
		Type: name, Table: table, Keys: []string{"id"}, Field: "version", Column: "version", Strategy: version.Counter{},
		Touch: touched, Row: version.Row{Table: table, ID: "id", Scan: version.ScanID(0)},
	}
}

func open(t *testing.T) *drivertest.Altered {
	t.Helper()
	drv, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "touch.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = drv.Close() })
	for _, query := range []string{
		"CREATE TABLE shelves (id INTEGER, version INTEGER)", "INSERT INTO shelves VALUES (1, 1), (2, 1)",
		"CREATE TABLE authors (id INTEGER, version INTEGER)", "INSERT INTO authors VALUES (1, 5)",
		"CREATE TABLE books (id INTEGER, version INTEGER, shelf_id INTEGER)", "INSERT INTO books VALUES (1, 1, 1), (2, 1, 1), (3, 1, 2), (4, 1, NULL)",
	} {
		require.NoError(t, drv.Exec(t.Context(), query, []any{}, nil))
	}
	return &drivertest.Altered{Driver: drv}
}

// versions are those of a table's rows, in the order of their IDs.
func versions(t *testing.T, drv dialect.Driver, table string) (all []int) {
	t.Helper()
	var rows sql.Rows
	require.NoError(t, drv.Query(t.Context(), "SELECT version FROM "+table+" ORDER BY id", []any{}, &rows))
	require.NoError(t, sql.ScanSlice(&rows, &all))
	require.NoError(t, rows.Close())
	return all
}

func edge(rel sqlgraph.Rel, column string, to ...any) *sqlgraph.EdgeSpec {
	e := &sqlgraph.EdgeSpec{Rel: rel, Columns: []string{column}, Target: &sqlgraph.EdgeTarget{}}
	for _, id := range to {
		e.Target.Nodes = append(e.Target.Nodes, stddriver.Value(id))
	}
	return e
}

// A foreign key may have the same name in another table, where it is that of another row.
func TestMoved_IsByForeignKeysOfTheRowItself(t *testing.T) {
	inverse, both := edge(sqlgraph.O2O, "book_id", 3), edge(sqlgraph.O2O, "book_id", 3)
	inverse.Inverse, both.Bidi = true, true
	for _, s := range []struct {
		edge  *sqlgraph.EdgeSpec
		moved bool
	}{
		{edge(sqlgraph.M2O, "book_id", 3), true},
		{inverse, true},
		{both, true},
		{edge(sqlgraph.O2O, "book_id", 3), false},
		{edge(sqlgraph.O2M, "book_id", 3), false},
		{edge(sqlgraph.M2M, "book_id", 3), false},
		{edge(sqlgraph.M2O, "editor_id", 3), false},
	} {
		moved := touch.Moved(pages, []*sqlgraph.EdgeSpec{s.edge})
		assert.Equal(t, s.moved, moved[pages.Touch[0]] == s.edge, "%v %v", s.edge.Rel, s.edge.Columns)
		assert.Nil(t, moved[pages.Touch[1]])
		p := touch.NewParents()
		p.ComingTo(pages, []*sqlgraph.EdgeSpec{s.edge})
		assert.Equal(t, s.moved, len(p.Next) == 1)
		child := touch.ChildOf(pages, &sqlgraph.CreateSpec{Edges: []*sqlgraph.EdgeSpec{s.edge}})
		assert.Equal(t, s.moved, child.Parents[0] == 3)
		assert.Nil(t, child.Parents[1])
	}
}

// Each parent is bumped once, and so are its own parents, however many ways lead to them.
func TestParents_AreBumpedOnce(t *testing.T) {
	drv := open(t)
	p := touch.NewParents()
	p.AddOf(pages, []touch.Child{{Parents: []any{1, nil}}, {Parents: []any{2, 1}}, {Parents: []any{1, 1}}, {Parents: []any{4, nil}}})
	require.NoError(t, p.Bump(t.Context(), drv, dialect.SQLite))
	assert.Equal(t, []int{2, 2, 1, 2}, versions(t, drv, "books"))
	assert.Equal(t, []int{2, 1}, versions(t, drv, "shelves"))
	assert.Equal(t, []int{6}, versions(t, drv, "authors"))
	require.NoError(t, p.Bump(t.Context(), drv, dialect.SQLite))
	p.Add(books, 1)
	require.NoError(t, p.Bump(t.Context(), drv, dialect.SQLite))
	assert.Equal(t, []int{2, 2, 1, 2}, versions(t, drv, "books"), "it was bumped already")
}

// A type whose bump is switched off is left alone, and so are the parents behind it.
func TestParents_OfATypeThatIsNotBumpedAreLeftAlone(t *testing.T) {
	drv := open(t)
	p := touch.NewParents()
	p.AddOf(pages, []touch.Child{{Parents: []any{1, 1}}})
	require.NoError(t, p.Bump(entocc.SkipIncrement(t.Context(), "Book"), drv, dialect.SQLite))
	assert.Equal(t, []int{1, 1, 1, 1}, versions(t, drv, "books"))
	assert.Equal(t, []int{1, 1}, versions(t, drv, "shelves"))
	assert.Equal(t, []int{6}, versions(t, drv, "authors"))
}

// A row that the write bumps itself is not bumped a second time, in whatever order that becomes known.
func TestParents_ThatTheWriteBumpsItselfAreNotBumpedAgain(t *testing.T) {
	for _, ownFirst := range []bool{false, true} {
		drv := open(t)
		p := touch.NewParents()
		if ownFirst {
			p.Own(books, 1)
		}
		p.Own(books, nil)
		p.Add(books, nil)
		assert.Empty(t, p.Next, "there is none")
		p.Add(books, 1)
		p.Add(books, 2)
		if !ownFirst {
			p.Own(books, 1)
		}
		all := touch.NewParents()
		all.Add(books, 1)
		p.MoveTo(all)
		require.NoError(t, all.Bump(t.Context(), drv, dialect.SQLite))
		assert.Equal(t, []int{1, 2, 1, 1}, versions(t, drv, "books"))
	}
}

// More parents than one statement names are bumped by several.
func TestParents_AreBumpedHoweverManyThereAre(t *testing.T) {
	drv := open(t)
	p := touch.NewParents()
	for i := range touch.Chunk + 1 {
		p.Add(shelves, i)
	}
	require.NoError(t, p.Bump(t.Context(), drv, dialect.SQLite))
	assert.Equal(t, []int{2, 2}, versions(t, drv, "shelves"))
	assert.Equal(t, 2, drv.Count("UPDATE"))
	assert.Zero(t, drv.Count("SELECT `shelves`"), "a shelf has no parents to look for")
}

// The bump of a row that has no next version fails the write, and so does a query that fails.
func TestParents_BumpThatFailsIsAnError(t *testing.T) {
	drv := open(t)
	for _, verb := range []string{"UPDATE", "SELECT"} {
		drv.Fails = func(query string, _ []any) error {
			if len(query) > len(verb) && query[:len(verb)] == verb {
				return context.Canceled
			}
			return nil
		}
		p := touch.NewParents()
		p.Add(books, 1)
		require.ErrorIs(t, p.Bump(t.Context(), drv, dialect.SQLite), context.Canceled, verb)
	}
}

// MySQL and MariaDB would read the parents of a parent as they were when the transaction began.
func TestParents_OfParentsAreReadAsTheyAreNow(t *testing.T) {
	for d, locked := range map[string]bool{dialect.MySQL: true, dialect.SQLite: false} {
		drv := open(t)
		drv.Name = d
		p := touch.NewParents()
		p.Add(books, 3)
		require.NoError(t, p.Bump(t.Context(), drv, d))
		const read = "SELECT `books`.`id`, `books`.`shelf_id` FROM `books` WHERE `id` = ?"
		if locked {
			assert.Contains(t, drv.Sent, read+" LOCK IN SHARE MODE")
		} else {
			assert.Contains(t, drv.Sent, read)
		}
		assert.Equal(t, []int{1, 2}, versions(t, drv, "shelves"))
	}
}

// Two writers that lock the same parents do so in the same order, or they would wait for each other.
func TestParents_AreLockedInOneOrder(t *testing.T) {
	var sent [][]string
	for _, ids := range [][]int{{1, 2, 3}, {3, 1, 2}} {
		drv := open(t)
		drv.Name = dialect.MySQL
		var argsOf []any
		drv.Fails = func(_ string, args []any) error {
			argsOf = append(argsOf, args...)
			return nil
		}
		p := touch.NewParents()
		p.Add(shelves, 1)
		for _, id := range ids {
			p.Add(books, id)
		}
		require.NoError(t, p.Lock(t.Context(), drv, dialect.MySQL))
		assert.Equal(t, []any{1, 2, 3, 1}, argsOf)
		assert.Equal(t, 4, drv.Count("SELECT `id` FROM `"))
		for _, s := range drv.Sent {
			assert.Contains(t, s, " FOR UPDATE")
		}
		sent = append(sent, drv.Sent)
		require.NoError(t, p.Bump(t.Context(), drv, dialect.SQLite))
		assert.Equal(t, []int{2, 2, 2, 1}, versions(t, drv, "books"), "a lock forgets no parent")
	}
	assert.Equal(t, sent[0][:4], sent[1][:4])

	p := touch.NewParents()
	p.Add(books, 1)
	require.ErrorIs(t, p.Lock(t.Context(), &drivertest.Sent{Name: dialect.MySQL}, dialect.MySQL), context.Canceled)
	for _, d := range []string{dialect.SQLite, dialect.Postgres} {
		require.NoError(t, p.Lock(t.Context(), &drivertest.Sent{Name: d}, d), "its own lock does it")
	}
}

// What a write expects of one parent is not compared with another.
func TestCheckParents_ComparesTheParentThatIsNamed(t *testing.T) {
	drv, ctx := open(t), t.Context()
	child := touch.Child{Parents: []any{1, 1}}
	check := func(ctx context.Context, c touch.Child, expected ...touch.ParentVersion) error {
		return touch.CheckParents(ctx, pages, drv, dialect.SQLite, expected, c)
	}
	book, author := touch.ParentVersion{Edge: "book", Version: int64(1)}, touch.ParentVersion{Edge: "author", Version: int64(5)}
	require.NoError(t, check(ctx, child, book))
	require.NoError(t, check(ctx, child, author))
	require.NoError(t, check(ctx, child, author, book))
	require.NoError(t, check(ctx, touch.Child{Parents: []any{nil, 1}}, author))

	author.Version = int64(4)
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, check(ctx, child, book, author), &modified)
	assert.Equal(t, "Author", modified.Type)
	assert.Equal(t, int64(5), modified.Actual)
	require.NoError(t, check(entocc.SkipCheck(ctx, "Author"), child, book, author))
	require.Error(t, check(entocc.SkipCheck(ctx, "Book"), child, book, author))

	err := check(ctx, touch.Child{Parents: []any{nil, 1}}, book)
	require.True(t, entocc.IsVersionError(err), "%v", err)
	require.ErrorContains(t, err, "its book was expected, but it has none")
	require.NoError(t, check(entocc.SkipCheck(ctx, "Book"), touch.Child{Parents: []any{nil, 1}}, book))
}
