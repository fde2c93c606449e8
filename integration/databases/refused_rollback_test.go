package databases_test

import (
	"errors"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
)

// A Galera node that has lost the others answers 1047 to ROLLBACK too. The transaction stays open on its connection,
// and the next user of that connection would commit it by beginning another. So entocc closes the connection.
func TestGalera_RollbackThatIsRefusedIsMadeByClosingTheConnection(t *testing.T) {
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
			// The third node, which no other test uses.
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
			assert.False(t, entocc.IsOutcomeUnknown(err), "%v", err)

			next, err := s.Tx(t.Context())
			require.NoError(t, err, "the pool has made another connection")
			defer next.Rollback() //nolint:errcheck // it ends the test
			saved, err := next.User.UpdateOne(u).SetName("next").Save(t.Context())
			require.NoError(t, err, "the row is as it was once the server has noticed that the connection has ended")
			assert.EqualValues(t, 2, saved.Version)
		})
	}
}
