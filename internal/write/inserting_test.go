package write_test

import (
	stdsql "database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/write"
)

// withXmin opens a database whose rows have an xmin, as those of PostgreSQL do.
func withXmin(t *testing.T) *drivertest.Altered {
	t.Helper()
	drv, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "xmin.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = drv.Close() })
	require.NoError(t, drv.Exec(t.Context(), "CREATE TABLE pages (id INTEGER PRIMARY KEY, name TEXT UNIQUE, xmin INTEGER DEFAULT 77)", []any{}, nil))
	return &drivertest.Altered{Driver: drv, Name: dialect.Postgres}
}

const insertPages = "INSERT INTO pages (name) VALUES ('a'), ('b')"

// eachWay runs a test with the driver of a creation, and with a transaction of it.
func eachWay(t *testing.T, test func(t *testing.T, q dialect.ExecQuerier, made *[]int64)) {
	t.Helper()
	for _, inTx := range []bool{false, true} {
		var made []int64
		drv := write.Inserting(withXmin(t), func(v int64) { made = append(made, v) })
		if !inTx {
			test(t, drv, &made)
			continue
		}
		tx, err := drv.Tx(t.Context())
		require.NoError(t, err)
		test(t, tx, &made)
		require.NoError(t, tx.Rollback())
	}
}

// The first INSERT of a creation is that of its rows. Those that follow are of edges.
func TestInserting_TakesTheVersionOfTheRowsThatAreInserted(t *testing.T) {
	eachWay(t, func(t *testing.T, q dialect.ExecQuerier, made *[]int64) {
		t.Helper()
		require.NoError(t, q.Exec(t.Context(), "UPDATE pages SET name = 'x'", []any{}, nil))
		assert.Empty(t, *made)
		var res sql.Result
		require.NoError(t, q.Exec(t.Context(), insertPages, []any{}, &res))
		n, err := res.RowsAffected()
		require.NoError(t, err)
		assert.EqualValues(t, 2, n)
		assert.Equal(t, []int64{77, 77}, *made)
		require.NoError(t, q.Exec(t.Context(), "INSERT INTO pages (name) VALUES ('edge')", []any{}, nil))
		assert.Len(t, *made, 2)
	})
}

func TestInserting_TakesTheVersionBesideTheIDs(t *testing.T) {
	eachWay(t, func(t *testing.T, q dialect.ExecQuerier, made *[]int64) {
		t.Helper()
		columns := func(query string) (names []string, ids []int) {
			var rows sql.Rows
			require.NoError(t, q.Query(t.Context(), query, []any{}, &rows))
			defer rows.Close()
			names, err := rows.Columns()
			require.NoError(t, err)
			for rows.Next() {
				var id int
				require.NoError(t, rows.Scan(&id))
				ids = append(ids, id)
			}
			require.NoError(t, rows.Err())
			return names, ids
		}
		names, ids := columns("SELECT 5 AS five")
		assert.Equal(t, []string{"five"}, names)
		assert.Equal(t, []int{5}, ids)
		assert.Empty(t, *made)
		names, ids = columns(insertPages + " RETURNING id")
		assert.Equal(t, []string{"id"}, names)
		assert.Equal(t, []int{1, 2}, ids)
		assert.Equal(t, []int64{77, 77}, *made)
		names, _ = columns("INSERT INTO pages (name) VALUES ('edge') RETURNING id")
		assert.Equal(t, []string{"id"}, names)
		assert.Len(t, *made, 2)
	})
}

// A row that can't be read has no version.
func TestInserting_RowThatCantBeReadIsAnError(t *testing.T) {
	eachWay(t, func(t *testing.T, q dialect.ExecQuerier, made *[]int64) {
		t.Helper()
		require.ErrorContains(t, q.Exec(t.Context(), insertPages, "not a list", nil), "unexpected arguments string")
	})
	eachWay(t, func(t *testing.T, q dialect.ExecQuerier, made *[]int64) {
		t.Helper()
		var rows sql.Rows
		require.Error(t, q.Query(t.Context(), "INSERT INTO missing (name) VALUES ('a') RETURNING id", []any{}, &rows))
	})
	eachWay(t, func(t *testing.T, q dialect.ExecQuerier, made *[]int64) {
		t.Helper()
		var rows sql.Rows
		require.NoError(t, q.Query(t.Context(), insertPages+" RETURNING id", []any{}, &rows))
		require.True(t, rows.Next())
		var id struct{}
		require.Error(t, rows.Scan(&id))
		require.NoError(t, rows.Close())
		assert.Empty(t, *made)
	})
}

// Rows of one statement share a version; rows with statements of their own have their own.
func TestInsertingRows_VersionIsThatOfTheRowsOfItsStatement(t *testing.T) {
	made := make(map[int]int64)
	drv := write.InsertingRows(withXmin(t), 2, func(i int, v int64) { made[i] = v })
	exec := func(query string) { require.NoError(t, drv.Exec(t.Context(), query, []any{}, nil)) }
	exec("INSERT INTO pages (name) VALUES ('all')")
	assert.Equal(t, map[int]int64{0: 77, 1: 77}, made)

	clear(made)
	around := &drivertest.Altered{Driver: drv}
	write.InsertsRow(around, 1)
	exec("INSERT INTO pages (name, xmin) VALUES ('second', 78)")
	assert.Equal(t, map[int]int64{1: 78}, made)
	write.InsertsRow(around, 0)
	exec("INSERT INTO pages (name, xmin) VALUES ('first', 79)")
	assert.Equal(t, map[int]int64{0: 79, 1: 78}, made)
	exec("INSERT INTO pages (name, xmin) VALUES ('edge', 80)")
	assert.Equal(t, map[int]int64{0: 79, 1: 78}, made)

	for _, other := range []dialect.Driver{nil, withXmin(t), &drivertest.Sent{}} {
		write.InsertsRow(other, 0) // Nobody asks such a driver for versions.
	}
}

// ent reads nothing from the INSERT of a row whose key it knows, so a row that refuses an upsert has to be an error.
func TestInserting_UpsertThatItsRowRefusesIsAnErrorIfItIsGuarded(t *testing.T) {
	for _, guarded := range []bool{false, true} {
		var drv dialect.Driver = withXmin(t)
		if guarded {
			drv = write.Counting(drv)
		}
		upsert := func(query string) error {
			return write.Inserting(drv, func(int64) {}).Exec(t.Context(), query, []any{}, nil)
		}
		require.NoError(t, upsert("INSERT INTO pages (name) VALUES ('a')"))
		err := upsert("INSERT INTO pages (name) VALUES ('a') ON CONFLICT DO NOTHING")
		if guarded {
			require.ErrorIs(t, err, stdsql.ErrNoRows)
		} else {
			require.NoError(t, err)
		}
		require.ErrorContains(t, upsert("INSERT INTO missing (name) VALUES ('a')"), "no such table")
	}
}

// Other databases have no xmin.
func TestInserting_IsForPostgreSQL(t *testing.T) {
	for _, d := range []string{dialect.SQLite, dialect.MySQL} {
		drv := &drivertest.Altered{Driver: withXmin(t).Driver, Name: d}
		assert.Same(t, drv, write.Inserting(drv, nil))
		assert.Same(t, drv, write.InsertingRows(drv, 2, nil))
	}
}

// A guarded upsert of a row with a composite key says so if the row refused it, and passes on what has a result.
func TestCounting_InsertOfNoRowIsAnError(t *testing.T) {
	drv := write.Counting(&drivertest.Altered{Driver: withXmin(t).Driver})
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	const again = "INSERT INTO pages (name) VALUES ('a') ON CONFLICT DO NOTHING"
	for i, q := range []dialect.ExecQuerier{tx, tx} {
		err := q.Exec(t.Context(), again, []any{}, nil)
		assert.Equal(t, i > 0, err != nil, "%v", err)
	}
	var res sql.Result
	require.NoError(t, tx.Exec(t.Context(), again, []any{}, &res), "its caller counts")
	require.NoError(t, tx.Exec(t.Context(), "UPDATE pages SET name = 'x' WHERE name = 'nobody'", []any{}, nil))
}
