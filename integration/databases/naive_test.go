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

// naiveSave is a guard as ent's users write it by hand: a predicate on the version, and only ent's NotFound as the sign
// of a conflict. It is what ent generates for
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

// TestNaiveGuard_LosesTheUpdateSilently shows why entocc itself looks at the affected rows: the database reports that
// no row matched, ent queries it again, and gets an answer from the snapshot, in which the version still matches.
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

			require.NoError(t, naiveSave(t.Context(), inTx{tx}, u, "mine"), "if this fails, ent has fixed it")
			require.NoError(t, tx.Commit())
			assert.Equal(t, "theirs", mine.load(t, u.ID).Name, "success was reported, and nothing was saved")
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

// The suite notices it: in the storm that the guard survives, the naive one reports more successes than the row has.
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

// inTx is a driver that sends its statements in a running transaction.
type inTx struct{ dialect.ExecQuerier }

func (inTx) Dialect() string                          { return dialect.MySQL }
func (t inTx) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(t), nil }
func (inTx) Close() error                             { return nil }
