package touch

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/version"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var owners = &version.Schema{
	Type: "Owner", Table: "owners", Field: "version", Column: "version", Strategy: version.Counter{},
	Row: version.Row{Table: "owners", ID: "id", Scan: version.ScanID(0)},
}

func TestCheckParents_LocksTheParent(t *testing.T) {
	pets := &version.Schema{Type: "Pet", Touch: []*version.Touch{{Edge: "owner", Parent: owners}}}
	check := func(ctx context.Context, edge string, parent any) (*drivertest.Sent, error) {
		sent := &drivertest.Sent{Name: dialect.Postgres}
		return sent, CheckParents(ctx, pets, sent, sent.Name, []ParentVersion{{Edge: edge, Version: int64(7)}}, Child{ID: 1, Parents: []any{parent}})
	}
	sent, err := check(t.Context(), "owner", 3)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, sent.Statements, 1)
	assert.Contains(t, sent.Statements[0], "FOR NO KEY UPDATE")

	for name, ctx := range map[string]context.Context{"all": entocc.SkipCheck(t.Context()), "one": entocc.SkipCheck(t.Context(), "Owner")} {
		sent, err := check(ctx, "owner", 3)
		require.NoError(t, err, name)
		assert.Empty(t, sent.Statements, name)
	}
	sent, err = check(t.Context(), "vet", 3)
	require.NoError(t, err)
	assert.Empty(t, sent.Statements, "another edge")
	_, err = check(t.Context(), "owner", nil)
	require.True(t, entocc.IsVersionError(err), "%v", err)
}

func TestParents_LockEndsWithTheFirstError(t *testing.T) {
	parents := NewParents()
	for _, id := range []any{1, 2, nil, 1} {
		parents.Add(owners, id)
	}
	sent := &drivertest.Sent{Name: dialect.MySQL}
	require.ErrorIs(t, parents.Lock(t.Context(), sent, sent.Name), context.Canceled)
	require.Len(t, sent.Statements, 1)
	assert.Contains(t, sent.Statements[0], "FOR UPDATE")

	others := &drivertest.Sent{Name: dialect.Postgres}
	require.NoError(t, parents.Lock(t.Context(), others, others.Name))
	assert.Empty(t, others.Statements, "these take the lock when they bump")
}
