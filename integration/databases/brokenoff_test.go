//go:build everything

package databases_test

import (
	"context"
	"database/sql/driver"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// cancelWithin cancels the context of the running statement.
var cancelWithin atomic.Pointer[context.CancelFunc]

func init() {
	sqlite.MustRegisterScalarFunction("cancel_within", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		if cancel := cancelWithin.Load(); cancel != nil {
			(*cancel)()
			for range 50_000 { // A goroutine of the driver has to notice it while the statement runs.
				runtime.Gosched()
			}
		}
		return int64(0), nil
	})
}

// onModernc runs a test with modernc's driver, which answers a statement with its context's error although SQLite has carried it out.
func onModernc(t *testing.T, test func(t *testing.T, s session, p poisoned)) {
	t.Helper()
	eachSQLite(t, func(t *testing.T, s session) {
		if !strings.Contains(t.Name(), "modernc") {
			return
		}
		p := poison(t, s)
		s.exec(t, "CREATE TRIGGER a BEFORE UPDATE ON users WHEN OLD.name = 'poison' BEGIN SELECT cancel_within(); END",
			"CREATE TRIGGER b BEFORE DELETE ON users WHEN OLD.name = 'poison' BEGIN SELECT cancel_within(); END",
			"CREATE TRIGGER c BEFORE UPDATE ON purchases BEGIN SELECT cancel_within(); END",
			"CREATE TRIGGER d BEFORE INSERT ON user_groups BEGIN SELECT cancel_within(); END")
		test(t, s, p)
	})
}

// canceledWithin runs a write whose context ends while SQLite carries it out.
func canceledWithin(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	cancelWithin.Store(&cancel)
	defer cancelWithin.Store(nil)
	defer cancel()
	return write(ctx)
}

// A commit would keep what such a statement wrote although its caller got an error. A write of several statements may
// be undone instead, if its context ends between two of them.
func TestTx_OfSQLiteWhoseCanceledStatementWasCarriedOutKeepsNothing(t *testing.T) {
	onModernc(t, func(t *testing.T, s session, p poisoned) {
		ended := 0
		for _, w := range poisonedWrites {
			t.Run(w.name, func(t *testing.T) {
				tx := failsInTx(t, s, p, func(ctx context.Context, tx *ent.Tx, p poisoned) error {
					err := canceledWithin(ctx, func(ctx context.Context) error { return w.write(ctx, tx, p) })
					require.ErrorIs(t, err, context.Canceled)
					return err
				})
				ended += assertKeepsNothing(t, s, p, tx)
			})
		}
		assert.Greater(t, ended, len(poisonedWrites)/2)
	})
}

// A write that is its own transaction may have been committed, and says so.
func TestSave_CanceledWhileSQLiteCarriesItOutIsUnknown(t *testing.T) {
	onModernc(t, func(t *testing.T, s session, p poisoned) {
		err := canceledWithin(t.Context(), func(ctx context.Context) error { return s.User.UpdateOne(p.user).SetName("done").Exec(ctx) })
		require.ErrorIs(t, err, context.Canceled)
		assert.True(t, entocc.IsOutcomeUnknown(err), err)
	})
}

// A statement that only reads leaves nothing behind, and neither does one that was never sent.
func TestTx_OfSQLiteGoesOnAfterACanceledQuery(t *testing.T) {
	onModernc(t, func(t *testing.T, s session, p poisoned) {
		s.exec(t, "CREATE VIEW canceling AS SELECT id, cancel_within() AS c FROM users")
		tx := s.tx(t)
		err := canceledWithin(t.Context(), func(ctx context.Context) error {
			rows, err := tx.QueryContext(ctx, "SELECT id, c FROM canceling")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return rows.Err()
		})
		require.ErrorIs(t, err, context.Canceled)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, tx.User.UpdateOne(p.fine).SetName("never").Exec(over), context.Canceled)
		require.NoError(t, tx.User.UpdateOne(p.fine).SetName("after").Exec(t.Context()))
		require.NoError(t, tx.Commit())
		assert.Equal(t, 1, s.User.Query().Where(user.Name("after")).CountX(t.Context()))
	})
}
