package verify_test

import (
	"errors"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCurrent_OfAnEndedTransactionIsReadOutsideOfIt(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "current.db")+"?_fk=1")
	defer client.Close()
	stale := client.User.Create().SetName("before").SaveX(ctx)
	stale.Update().SetName("theirs").ExecX(ctx)

	var modified *ent.UserModifiedError
	err := client.RetryTx(ctx, func(tx *ent.Tx) error {
		err := tx.User.UpdateOne(stale).SetName("mine").Exec(ctx)
		require.ErrorAs(t, err, &modified)
		current, cerr := modified.Current(ctx)
		require.NoError(t, cerr)
		assert.Equal(t, "theirs", current.Name)
		return errors.New("give up")
	})
	require.EqualError(t, err, "give up")

	current, err := modified.Current(ctx)
	require.NoError(t, err)
	assert.Equal(t, "theirs", current.Name)
	current.Update().SetName("mine").ExecX(ctx)
}

// A version that the transaction wrote itself, and undid, is not the row's version: a decision based on it is refused.
func TestVerify_OwnWriteThatIsUndoneIsChecked(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "undone.db")+"?_fk=1")
	defer client.Close()
	for end, modified := range map[string]bool{"RELEASE SAVEPOINT one": false, "ROLLBACK TO SAVEPOINT one": true} {
		u := client.User.Create().SetName("read").SaveX(ctx)
		tx, err := client.Tx(ctx)
		require.NoError(t, err)
		send := func(query string) {
			_, err := tx.ExecContext(ctx, query)
			require.NoError(t, err)
		}
		send("SAVEPOINT one")
		saved, err := tx.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("own").Save(ctx)
		require.NoError(t, err)
		require.NoError(t, tx.User.VerifyOnCommit(saved))
		send(end)
		require.Equal(t, modified, ent.IsRecordModified(tx.Commit()), end)
	}
}

// A write that was guarded by several versions has not shown which of them the row had.
func TestVerify_WriteByAnyOfSeveralVersionsProvesNone(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "several.db")+"?_fk=1")
	defer client.Close()
	read := client.User.Create().SetName("read").SaveX(ctx)
	read.Update().SetName("theirs").ExecX(ctx)
	tx, err := client.Tx(ctx)
	require.NoError(t, err)
	tx.User.UpdateOneID(read.ID).IfVersionIn(1, 2).SetName("mine").SaveX(ctx)
	require.NoError(t, tx.User.VerifyOnCommit(read))
	err = tx.Commit()
	require.True(t, ent.IsRecordModified(err), "%v", err)
	assert.Equal(t, "theirs", client.User.GetX(ctx, read.ID).Name)
}
