package suite

import (
	"context"
	stdsql "database/sql"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Scene is the fixture of a scenario. It is also a *testing.T.
type Scene struct {
	*testing.T
	*stage
	// Client is the scenario's own client, to which it may add hooks. Sent records what it sends.
	Client *ent.Client
	// Other is a client with its own pool, which plays the other writers.
	Other *ent.Client
}

// stage is what the scenes of all clients share.
type stage struct {
	t   *testing.T
	db  DB
	ctx context.Context
	// SQL is the pool of the other writers, for statements that bypass ent.
	SQL *stdsql.DB
	// Sent records what the scene's Client sends.
	Sent *Recorder
}

// patience is how long a scenario waits for others; it may take four times as long. modernc's SQLite needs 20 s to
// delete a thousand rows under the race detector, and more than a minute on a busy machine.
const patience = 60 * time.Second

func newScene(t *testing.T, db DB, pool, other *stdsql.DB) *Scene {
	t.Helper()
	st := newStage(t, db, pool, other)
	return &Scene{
		T: t, stage: st,
		Client: ent.NewClient(ent.Driver(st.Sent)),
		Other:  ent.NewClient(ent.Driver(sql.OpenDB(db.Dialect, other))),
	}
}

func newStage(t *testing.T, db DB, pool, other *stdsql.DB) *stage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	return &stage{t: t, db: db, ctx: ctx, SQL: other, Sent: recordOf(db, pool)}
}

// Tx begins a transaction at the database's level. It is rolled back at the end if it is still open.
func (s *Scene) Tx() *ent.Tx {
	s.Helper()
	tx, err := s.Client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
	require.NoError(s, err)
	s.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// user creates a User.
func (s *Scene) user(name string) *ent.User {
	s.Helper()
	return saved(s, s.Client.User.Create().SetName(name))
}

// twoUsers creates a User and loads it twice, as two editors would.
func (s *Scene) twoUsers() (a, b *ent.User) {
	s.Helper()
	u := s.user("before")
	return s.load(u.ID), s.load(u.ID)
}

// load loads a User.
func (s *Scene) load(id int) *ent.User {
	s.Helper()
	u, err := s.Client.User.Get(s.ctx, id)
	require.NoError(s, err)
	return u
}

// bumpUser saves the User with the other client, as somebody else would.
func (s *Scene) bumpUser(id int) *ent.User {
	s.Helper()
	u := saved(s, s.Other.User.UpdateOneID(id).IgnoreVersion().AddAge(1))
	s.catchUp()
	return u
}

// catchUp waits, on a cluster, until the scene's node has what others have committed on theirs.
func (s *stage) catchUp() {
	s.t.Helper()
	if s.db.Traits.Nodes {
		rows := &sql.Rows{}
		require.NoError(s.t, s.Sent.Driver.Query(s.ctx, "SELECT 1", []any{}, rows))
		require.NoError(s.t, rows.Close())
	}
}

// key returns a string that no other row has.
func (*Scene) key() string { return uuid.NewString() }

// played is a scene of any client.
type played interface{ played() *stage }

func (s *stage) played() *stage { return s }

// saved saves a builder and requires success.
func saved[T any](s played, b interface {
	Save(ctx context.Context) (T, error)
},
) T {
	st := s.played()
	st.t.Helper()
	v, err := b.Save(st.ctx)
	require.NoError(st.t, err)
	return v
}

// done executes a builder and requires success.
func done(s played, b interface {
	Exec(ctx context.Context) error
},
) {
	st := s.played()
	st.t.Helper()
	require.NoError(st.t, b.Exec(st.ctx))
}

// exec runs a statement that bypasses ent, in the SQL of ent's builder.
func (s *stage) exec(q sql.Querier) {
	s.t.Helper()
	query, args := q.Query()
	_, err := s.SQL.ExecContext(s.ctx, query, args...)
	require.NoError(s.t, err, query)
}

// setColumn sets a column of a row without ent.
func (s *stage) setColumn(table, column string, value, id any) {
	s.t.Helper()
	s.exec(sql.Dialect(s.db.Dialect).Update(table).Set(column, value).Where(sql.EQ("id", id)))
}

// column reads a column of a row without ent.
func (s *stage) column(table, column string, id any) stdsql.NullInt64 {
	s.t.Helper()
	b := sql.Dialect(s.db.Dialect)
	query, args := b.Select(column).From(b.Table(table)).Where(sql.EQ("id", id)).Query()
	var v stdsql.NullInt64
	require.NoError(s.t, s.SQL.QueryRowContext(s.ctx, query, args...).Scan(&v), query)
	return v
}

// version reads the version of a row without ent, in the table's column "version".
func (s *stage) version(table string, id any) int64 {
	s.t.Helper()
	return s.column(table, "version", id).Int64
}

// conflict requires err to be a conflict of a row that still exists.
func (s *stage) conflict(err error) *entocc.RecordModifiedError {
	s.t.Helper()
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s.t, err, &modified)
	assert.False(s.t, modified.Deleted, "the row is still there: %v", err)
	assert.False(s.t, ent.IsNotFound(err), "a modified row is not NotFound: %v", err)
	return modified
}

// gone requires err to be a conflict of a row that is gone.
func (s *stage) gone(err error) *entocc.RecordModifiedError {
	s.t.Helper()
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s.t, err, &modified)
	assert.True(s.t, modified.Deleted, "the row is gone: %v", err)
	assert.True(s.t, ent.IsNotFound(err), "a row that is gone is NotFound, too: %v", err)
	return modified
}

// refused requires err to be a VersionError.
func (s *stage) refused(err error) {
	s.t.Helper()
	require.Error(s.t, err)
	assert.True(s.t, entocc.IsVersionError(err), "%v", err)
	assert.False(s.t, entocc.IsRecordModified(err), "%v", err)
}
