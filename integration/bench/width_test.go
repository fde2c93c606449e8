package bench_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkColumns saves one field of rows of 3, 20 and 60 columns.
func BenchmarkColumns(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		b.Run("columns=3", func(b *testing.B) { compare(b, e, side{"entocc", narrowGuarded}, side{"ent", narrowPlain}) })
		b.Run("columns=20", func(b *testing.B) { compare(b, e, side{"entocc", middleGuarded}, side{"ent", middlePlain}) })
		b.Run("columns=60", func(b *testing.B) { compare(b, e, side{"entocc", wideGuarded}, side{"ent", widePlain}) })
	})
}

// again saves an entity over and over.
func again[T any](b *testing.B, create func(context.Context) (T, error), save func(ctx context.Context, v T, value string) (T, error)) func(context.Context, int) error {
	b.Helper()
	v, err := create(b.Context())
	require.NoError(b, err)
	return func(ctx context.Context, i int) (err error) {
		v, err = save(ctx, v, fmt.Sprint("value ", i))
		return err
	}
}

func narrowGuarded(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.guarded.Narrow.Create().Save, func(ctx context.Context, v *ent.Narrow, value string) (*ent.Narrow, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

func middleGuarded(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.guarded.Middle.Create().Save, func(ctx context.Context, v *ent.Middle, value string) (*ent.Middle, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

func wideGuarded(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.guarded.Wide.Create().Save, func(ctx context.Context, v *ent.Wide, value string) (*ent.Wide, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

func narrowPlain(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.plain.Narrow.Create().Save, func(ctx context.Context, v *plain.Narrow, value string) (*plain.Narrow, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

func middlePlain(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.plain.Middle.Create().Save, func(ctx context.Context, v *plain.Middle, value string) (*plain.Middle, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

func widePlain(b *testing.B, e *engine) func(context.Context, int) error {
	return again(b, e.plain.Wide.Create().Save, func(ctx context.Context, v *plain.Wide, value string) (*plain.Wide, error) {
		return v.Update().SetF00(value).Save(ctx)
	})
}

// recorded returns a client of a new SQLite database, and a function that returns what it sent.
func recorded(t *testing.T) (client *ent.Client, sent func() []string) {
	t.Helper()
	drv, err := entsql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "width.db")+"?_fk=1")
	require.NoError(t, err)
	var all []string
	client = ent.NewClient(ent.Driver(dialect.DebugWithContext(drv, func(_ context.Context, v ...any) {
		all = append(all, fmt.Sprint(v...))
	})))
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, client.Schema.Create(t.Context()))
	return client, func() []string {
		defer func() { all = nil }()
		return all
	}
}

func TestUpdateOne_WideRowOfSQLiteIsReadInATransaction(t *testing.T) {
	client, sent := recorded(t)
	stale := client.Wide.Create().SaveX(t.Context())
	sent()
	saved := stale.Update().SetF00("written").SaveX(t.Context())
	assert.Len(t, sent(), 4, "BEGIN, UPDATE, SELECT, COMMIT")
	assert.Equal(t, "written", saved.F00)
	assert.Equal(t, "value", saved.F57)
	assert.EqualValues(t, 2, saved.Version)

	_, err := stale.Update().SetF01("lost").Save(t.Context())
	assert.True(t, ent.IsRecordModified(err), "%v", err)
	assert.Equal(t, "value", client.Wide.GetX(t.Context(), stale.ID).F01)

	sent()
	few := saved.Update().SetF00("again").Select("f00").SaveX(t.Context())
	assert.Len(t, sent(), 1, "UPDATE .. RETURNING with the selected columns")
	assert.EqualValues(t, 3, few.Version)
}

func TestUpdateOne_NarrowRowOfSQLiteIsOneStatement(t *testing.T) {
	client, sent := recorded(t)
	middle := client.Middle.Create().SaveX(t.Context())
	sent()
	middle.Update().SetF00("written").SaveX(t.Context())
	assert.Len(t, sent(), 1)
}
