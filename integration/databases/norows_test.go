package databases_test

import (
	stdsql "database/sql"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/internal/suite"
)

// An upsert that writes nothing returns no row. Without a version that is ent's own error, sql.ErrNoRows, and says
// nothing about a conflict. With one it is a conflict and not sql.ErrNoRows, which to ent's callers means that the row
// already existed.
func TestUpsert_ThatIsAnsweredByNoRow(t *testing.T) {
	each(t, func(t *testing.T, conn suite.DB) {
		s := open(t, conn)
		createTables(t, s.Client)
		u := s.User.Create().SetName("before").SetEmail("mail").SaveX(t.Context())
		upsert := func() *ent.UserUpsertOne {
			return s.User.Create().SetName("after").SetEmail("mail").OnConflictColumns(user.FieldEmail)
		}
		err := upsert().DoNothing().Exec(t.Context())
		assert.False(t, ent.IsRecordModified(err), "%v", err)
		_, ofID := upsert().DoNothing().ID(t.Context())
		stale := upsert().UpdateNewValues().IfVersion(7).Exec(t.Context())
		nothing := upsert().DoNothing().IfVersion(1).Exec(t.Context())
		bulk := s.User.CreateBulk(s.User.Create().SetName("after").SetEmail("mail"), s.User.Create().SetName("new").SetEmail("new")).
			OnConflictColumns(user.FieldEmail).DoNothing().Exec(t.Context())
		if conn.Dialect == dialect.MySQL {
			require.NoError(t, err, "ent makes MySQL set a column to itself")
			require.NoError(t, ofID)
			require.NoError(t, bulk)
		} else {
			require.ErrorIs(t, err, stdsql.ErrNoRows)
			require.ErrorIs(t, ofID, stdsql.ErrNoRows)
			require.NoError(t, bulk, "ent does not ask for IDs here")
		}
		assert.True(t, ent.IsRecordModified(stale), "%v", stale)
		assert.NotErrorIs(t, stale, stdsql.ErrNoRows)
		assert.True(t, ent.IsVersionError(nothing), "there is nothing to guard: %v", nothing)
		now := s.load(t, u.ID)
		assert.Equal(t, "before", now.Name)
		assert.EqualValues(t, 1, now.Version)
		assert.Equal(t, 2, s.User.Query().CountX(t.Context()))
	})
}
