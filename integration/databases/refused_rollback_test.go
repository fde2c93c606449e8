package databases_test

import (
	"errors"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
)

// A node of Galera that has lost the others answers 1047 to ROLLBACK too. The transaction stays open on its connection, and who
// gets that connection next commits it by beginning another: what was rolled back may be written, and says so.
func TestGalera_RollbackThatIsRefusedLeavesTheOutcomeUnknown(t *testing.T) {
	dsns := servers.GaleraDatabase(t)
	sees := openMySQL(t, interpolated(t, dsns[0]))
	createTables(t, sees.Client)
	for name, rollBack := range map[string]func(*testing.T, session, *ent.User, func()) error{
		"Tx": func(t *testing.T, s session, u *ent.User, refuse func()) error {
			tx, err := s.Tx(t.Context())
			require.NoError(t, err)
			require.NoError(t, tx.User.UpdateOne(u).SetName("rolled back").Exec(t.Context()))
			refuse()
			return tx.Rollback()
		},
		"RetryTx": func(t *testing.T, s session, u *ent.User, refuse func()) error {
			return s.RetryTx(t.Context(), func(tx *ent.Tx) error {
				require.NoError(t, tx.User.UpdateOne(u).SetName("rolled back").Exec(t.Context()))
				refuse()
				return errors.New("not this time")
			})
		},
		"a save in it": func(t *testing.T, s session, u *ent.User, refuse func()) error {
			return s.RetryTx(t.Context(), func(tx *ent.Tx) error {
				u, err := tx.User.UpdateOne(u).SetName("rolled back").Save(t.Context())
				require.NoError(t, err)
				refuse()
				return u.Update().SetName("more").Exec(t.Context())
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			// The third node, which the other tests leave alone.
			admin, s := openMySQL(t, dsns[2]), openOne(t, dialect.MySQL, "mysql", interpolated(t, dsns[2]))
			u := sees.user(t, "before")
			awaitUser(t, s, u.ID)
			set := func(what string) {
				_, err := admin.Pool.Exec("SET GLOBAL wsrep_reject_queries = " + what)
				require.NoError(t, err)
			}
			t.Cleanup(func() { set("NONE") })
			err := rollBack(t, s, u, func() { set("ALL") })
			set("NONE")
			assert.True(t, entocc.IsOutcomeUnknown(err), "%v", err)
			assert.False(t, entocc.IsRetryable(err), "%v", err)

			next, err := s.Tx(t.Context())
			require.NoError(t, err)
			require.NoError(t, next.Rollback())
			assert.Eventually(t, func() bool { return sees.load(t, u.ID).Name == "rolled back" }, time.Minute, time.Millisecond,
				"the server has mended it: there is nothing to be unknown any more")
		})
	}
}
