package databases_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/internal/suite"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flipping is a driver that simulates other writers: the row is in one state whenever it is updated, and in another whenever it is read.
type flipping struct {
	dialect.Driver
	flip    func(state string)
	updates int
}

// Exec implements dialect.Driver.
func (d *flipping) Exec(ctx context.Context, query string, args, v any) error {
	if strings.HasPrefix(query, "UPDATE") {
		d.updates++
		d.flip("closed")
	}
	return d.Driver.Exec(ctx, query, args, v)
}

// Tx implements dialect.Driver. A query gets its own transaction, because the driver might be one that caches.
func (d *flipping) Tx(ctx context.Context) (dialect.Tx, error) {
	d.flip("open")
	return d.Driver.Tx(ctx)
}

func TestUpdate_OfARowThatComesBackIsWritten(t *testing.T) {
	on(t, [][2]string{{mariadb, repeatableRead}, {mariadb, readCommitted}}, func(t *testing.T, conn suite.DB) {
		s, other := open(t, conn), open(t, conn)
		createTables(t, s.Client)
		u := s.user(t, "closed")
		drv := &flipping{Driver: sql.OpenDB(conn.Dialect, s.Pool), flip: func(state string) {
			other.raw(t, "UPDATE users SET name = '%s' WHERE id = %d", state, u.ID)
		}}
		client := ent.NewClient(ent.Driver(drv))
		require.NoError(t, client.User.Update().Where(user.ID(u.ID), user.Name("open")).IfVersion(1).SetLastLogin(time.Now()).Exec(t.Context()))
		assert.Equal(t, 1, drv.updates, "outside of the transaction")
		now := s.load(t, u.ID)
		assert.NotNil(t, now.LastLogin)
		assert.EqualValues(t, 1, now.Version)
	})
}
