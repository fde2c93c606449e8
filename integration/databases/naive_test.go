package databases_test

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// naiveSave is the guard that ent's users write by hand, and a test double of ours: a predicate on the version, and
// ent's NotFound alone to tell a conflict. It is what ent generates for
//
//	tx.User.UpdateOneID(id).Where(user.Version(v)).SetName(name).SetVersion(v + 1).Save(ctx)
func naiveSave(ctx context.Context, drv dialect.Driver, u *ent.User, name string) error {
	spec := sqlgraph.NewUpdateSpec(user.Table, user.Columns, sqlgraph.NewFieldSpec(user.FieldID, field.TypeInt))
	spec.Node.ID.Value = u.ID
	spec.Predicate = func(s *sql.Selector) { s.Where(sql.EQ(s.C(user.FieldVersion), u.Version)) }
	spec.SetField(user.FieldName, field.TypeString, name)
	spec.SetField(user.FieldVersion, field.TypeInt64, u.Version+1)
	return sqlgraph.UpdateNode(ctx, drv, spec)
}

// TestNaiveGuard_LosesTheUpdateSilently is why entocc looks at the affected rows itself: the database says that no row
// matched, ent asks it again, and is answered from the snapshot, in which the version still matches.
func TestNaiveGuard_LosesTheUpdateSilently(t *testing.T) {
	for _, name := range []string{mariadb, galera} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, repeatableRead)
			u := mine.user(t, "before")
			tx, err := sql.OpenDB(dialect.MySQL, mine.Pool).Tx(t.Context())
			require.NoError(t, err)
			rows := &sql.Rows{}
			require.NoError(t, tx.Query(t.Context(), "SELECT * FROM users", []any{}, rows))
			require.NoError(t, rows.Close())
			theirs.overtake(t, u.ID)
			require.Equal(t, "theirs", mine.load(t, u.ID).Name)

			require.NoError(t, naiveSave(t.Context(), inTx{tx}, u, "mine"), "if ent reports it, it has been mended")
			require.NoError(t, tx.Commit())
			assert.Equal(t, "theirs", mine.load(t, u.ID).Name, "the success was reported, and nothing was saved")
		})
	}
}

func TestGuard_ReportsWhatTheNaiveOneLoses(t *testing.T) {
	for _, name := range []string{mariadb, galera} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, repeatableRead)
			id := mine.user(t, "before").ID
			tx := mine.tx(t)
			u, err := tx.User.Get(t.Context(), id)
			require.NoError(t, err)
			theirs.overtake(t, id)
			require.Equal(t, "theirs", mine.load(t, id).Name)

			_, err = u.Update().SetName("mine").Save(t.Context())
			assert.True(t, ent.IsRecordModified(err), "%v", err)
		})
	}
}

// The suite sees it: the same storm that the guard survives counts more successes of the naive one than are in the row.
func TestNaiveGuard_IsCaughtByTheStorm(t *testing.T) {
	mine, theirs := pairOn(t, mariadb, repeatableRead)
	u := mine.user(t, "before")
	lost := 0
	for range writers {
		lost += naiveCollision(t, mine, theirs, u.ID)
	}
	assert.Positive(t, lost)
}

// naiveCollision returns 1 if a naive save in a transaction reported a success that is not in the row.
func naiveCollision(t *testing.T, mine, theirs session, id int) int {
	t.Helper()
	drv := sql.OpenDB(dialect.MySQL, mine.Pool)
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(inTx{tx}))
	u, err := client.User.Get(t.Context(), id)
	require.NoError(t, err)
	theirs.overtake(t, id)
	err = naiveSave(t.Context(), inTx{tx}, u, "mine")
	if require.NoError(t, tx.Commit()); err == nil && mine.load(t, id).Name != "mine" {
		return 1
	}
	return 0
}

// inTx is a driver whose statements belong to a transaction that is under way.
type inTx struct{ dialect.ExecQuerier }

func (inTx) Dialect() string                          { return dialect.MySQL }
func (t inTx) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(t), nil }
func (inTx) Close() error                             { return nil }
