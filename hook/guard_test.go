package hook_test

import (
	"context"
	"testing"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/version"
)

// guardAlone returns the User's guard with nothing behind it.
func guardAlone() entgo.Mutator {
	nothing := entgo.MutateFunc(func(context.Context, entgo.Mutation) (entgo.Value, error) { return nil, nil })
	return hook.Guard(&version.Schema{Field: "version", Column: "version", Strategy: version.Counter{}})(nothing)
}

// fresh returns the mutation of an update of an entity, without a database.
func fresh() *ent.UserMutation {
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, nil)))
	return client.User.UpdateOne(&ent.User{ID: 1, Version: 1}).SetName("after").Mutation()
}

// The design's target: 1 microsecond and 10 allocations.
func BenchmarkGuard(b *testing.B) {
	guard, m, ctx := guardAlone(), fresh(), b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := guard.Mutate(ctx, m); err != nil {
			b.Fatal(err)
		}
	}
}

func TestGuard_AllocatesLittle(t *testing.T) {
	guard, m, ctx := guardAlone(), fresh(), t.Context()
	allocated := testing.AllocsPerRun(100, func() {
		if _, err := guard.Mutate(ctx, m); err != nil {
			t.Error(err)
		}
	})
	assert.LessOrEqual(t, allocated, 10.0)
}

// foreign is a mutation from a client that ent did not generate for SQL.
type foreign struct{ entgo.Mutation }

func (foreign) Type() string { return "Alien" }
func (foreign) Op() entgo.Op { return entgo.OpUpdateOne }

func TestGuard_MutationOfAnotherStorageIsRefused(t *testing.T) {
	_, err := guardAlone().Mutate(t.Context(), foreign{})
	require.True(t, entocc.IsVersionError(err), "%v", err)
	assert.ErrorContains(t, err, "Alien")
	assert.ErrorContains(t, err, "foreign", "the type of the mutation")
}

func TestGuard_FieldOfTheSchemaNeedsTheExtension(t *testing.T) {
	guard := hook.Guard(&version.Schema{Field: "rev", Column: "rev"})(guardAlone())
	_, err := guard.Mutate(t.Context(), foreign{})
	require.True(t, entocc.IsVersionError(err), "%v", err)
	assert.ErrorContains(t, err, "entc", "the fix")
}

func TestGuard_VersionOfTheSystemNeedsTheExtension(t *testing.T) {
	nothing := entgo.MutateFunc(func(context.Context, entgo.Mutation) (entgo.Value, error) { return nil, nil })
	guard := hook.Guard(&version.Schema{Field: "version", Column: "xmin", Strategy: version.System{}})(nothing)
	_, err := guard.Mutate(t.Context(), foreign{})
	require.True(t, entocc.IsVersionError(err), "%v", err)
	assert.ErrorContains(t, err, "SystemVersion")
	assert.ErrorContains(t, err, "entc", "the fix")
}
