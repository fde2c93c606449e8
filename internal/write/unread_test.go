package write_test

import (
	"context"
	"strings"
	"testing"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/hook"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// returning is what the last statement returns.
func returning(t *testing.T, drv *drivertest.Sent) []string {
	t.Helper()
	require.NotEmpty(t, drv.Statements)
	_, columns, ok := strings.Cut(drv.Statements[len(drv.Statements)-1], "RETURNING ")
	require.True(t, ok, drv.Statements)
	columns, _, _ = strings.Cut(columns, " [")
	return strings.Split(strings.ReplaceAll(columns, `"`, ""), ", ")
}

func TestExec_ReadsTheRowForThoseWhoMayLookAtIt(t *testing.T) {
	drv := &drivertest.Sent{Name: dialect.Postgres}
	client := ent.NewClient(ent.Driver(drv))
	u := &ent.User{ID: 5, Version: 41}
	b := client.User.UpdateOne(u).SetName("n")
	exec := func(b *ent.UserUpdateOne) []string {
		require.ErrorIs(t, b.Exec(t.Context()), context.Canceled)
		return returning(t, drv)
	}
	key := []string{"id", "version"}
	assert.Equal(t, key, exec(b))
	assert.Equal(t, key, exec(b.Select("name")))
	_, err := client.User.UpdateBulk(b, client.User.UpdateOne(&ent.User{ID: 6, Version: 1}).SetName("m")).Exec(t.Context())
	require.Error(t, err)
	assert.Len(t, returning(t, drv), 2, "of a batch, too")

	_, err = client.User.UpdateOne(u).SetName("n").Save(t.Context())
	require.ErrorIs(t, err, context.Canceled)
	assert.Greater(t, len(returning(t, drv)), 5)

	client.User.Use(hook.On(func(next entgo.Mutator) entgo.Mutator { return next }, entgo.OpUpdateOne))
	assert.Greater(t, len(exec(client.User.UpdateOne(u).SetName("n"))), 5, "the hook gets the entity that was saved")
}

// On SQLite the number of rows shows that nothing suppressed the write, and RETURNING takes longer than the UPDATE.
func TestExec_AsksSQLiteForNothing(t *testing.T) {
	drv := &drivertest.Sent{Name: dialect.SQLite}
	client := ent.NewClient(ent.Driver(drv))
	require.ErrorIs(t, client.User.UpdateOne(&ent.User{ID: 5, Version: 41}).SetName("n").Exec(t.Context()), context.Canceled)
	require.Len(t, drv.Statements, 1)
	assert.NotContains(t, drv.Statements[0], "RETURNING")
	require.Error(t, client.Gauge.UpdateOne(&ent.Gauge{ID: 5, Version: 41}).SetName("n").Exec(t.Context()))
	assert.Contains(t, drv.Statements[len(drv.Statements)-1], "UPDATE")
}

// A builder whose Exec failed can save like any other.
func TestExec_LeavesNothingToALaterSave(t *testing.T) {
	_, client := open(t)
	u := client.User.Create().SetName("before").SetAge(30).SaveX(t.Context())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	b := client.User.UpdateOne(u).SetName("after")
	require.Error(t, b.Exec(ended))
	saved, err := b.Save(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "after", saved.Name)
	assert.Equal(t, 30, saved.Age)

	n, err := client.User.UpdateBulk(client.User.UpdateOne(saved).SetAge(31)).Exec(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.ErrorContains(t, client.User.UpdateOne(saved).SetAge(32).Exec(t.Context()), "modified")
}
