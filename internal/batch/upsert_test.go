package batch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	genent "entgo.io/ent"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/setting"
	"github.com/entocc/entocc/internal/ent/user"
)

// named runs a user's hook around the creation of each user, by its name.
func named(client *ent.Client, hook func(name string, next func() (genent.Value, error)) (genent.Value, error)) {
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			name, _ := m.(*ent.UserMutation).Name()
			return hook(name, func() (genent.Value, error) { return next.Mutate(ctx, m) })
		})
	})
}

// A hook that hides an error from its caller does not make the upsert succeed: no row was written.
func TestUpsertBulk_ConstraintThatAHookKeepsToItselfIsReturned(t *testing.T) {
	ctx, client := t.Context(), openSQLite(t)
	owner := client.User.Create().SetName("owner").SetEmail("owner").SaveX(ctx)
	card := client.Card.Create().SetNumber("1").SetOwner(owner).SaveX(ctx)
	named(client, func(_ string, next func() (genent.Value, error)) (genent.Value, error) {
		v, _ := next()
		return v, nil
	})
	err := client.User.CreateBulk(
		client.User.Create().SetName("lost").SetEmail("a"),
		client.User.Create().SetName("lost").SetEmail("b").SetCard(card),
	).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(1, 1).Exec(ctx)
	require.Error(t, err)
	assert.Equal(t, 1, client.User.Query().CountX(ctx))
}

// The error of a row is the one that its builder's hooks returned.
func TestUpsertBulk_ErrorOfARowIsThatOfItsHooks(t *testing.T) {
	ctx, client := t.Context(), openSQLite(t)
	for _, mail := range []string{"a", "b"} {
		client.User.Create().SetName("before").SetEmail(mail).ExecX(ctx)
	}
	audited, kept := errors.New("audited"), errors.New("kept")
	named(client, func(name string, next func() (genent.Value, error)) (genent.Value, error) {
		v, err := next()
		switch {
		case err != nil && name == "second":
			return v, fmt.Errorf("%w: %w", audited, err)
		case err != nil:
			return v, kept // which does not mention the conflict
		}
		return v, nil
	})
	err := client.User.CreateBulk(
		client.User.Create().SetName("first").SetEmail("a").SetVersion(1),
		client.User.Create().SetName("second").SetEmail("b").SetVersion(1),
	).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(7, 7).Exec(ctx)
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(t, err, &bulk)
	assert.Equal(t, []int{0, 1}, bulk.Indexes)
	require.ErrorIs(t, err, audited)
	assert.NotErrorIs(t, err, kept)

	err = client.User.CreateBulk(
		client.User.Create().SetName("first").SetEmail("a").SetVersion(1),
		client.User.Create().SetName("second").SetEmail("b").SetVersion(1),
	).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(ctx)
	var late *entocc.BulkNotNewerError
	require.ErrorAs(t, err, &late)
	require.ErrorIs(t, err, audited)
	for _, u := range client.User.Query().AllX(ctx) {
		assert.Equal(t, "before", u.Name)
	}
}

// A hook that recovers from a panic of the statement does not make the upsert succeed.
func TestUpsertBulk_PanicThatAHookRecoversFromIsAnError(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	drv.Fails = func(query string, _ []any) error {
		if strings.HasPrefix(query, "INSERT") {
			panic("left")
		}
		return nil
	}
	named(altered, func(_ string, next func() (genent.Value, error)) (v genent.Value, err error) {
		defer func() { _ = recover() }()
		return next()
	})
	err := altered.User.CreateBulk(altered.User.Create().SetName("lost").SetEmail("a"), altered.User.Create().SetName("lost").SetEmail("b")).
		OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(1, 1).Exec(ctx)
	require.ErrorContains(t, err, "nothing was written")
	assert.Zero(t, client.User.Query().CountX(ctx))
}

// Rows whose IDs are texts, and new rows with and without numbers, share one statement, and get their own IDs.
func TestUpsertBulk_OfTextsIsOneStatement(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	client.Setting.Create().SetID("b").SetValue("before").ExecX(ctx)
	var ids []string
	altered.Setting.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if s, ok := v.(*ent.Setting); ok && err == nil {
				ids = append(ids, s.ID)
			}
			return v, err
		})
	})
	upsert := func(v int64) error {
		ids = nil
		return altered.Setting.CreateBulk(altered.Setting.Create().SetID("a").SetValue("new"), altered.Setting.Create().SetID("b").SetValue("new")).
			OnConflictColumns(setting.FieldID).UpdateNewValues().IfVersion(v, v).Exec(ctx)
	}
	require.NoError(t, upsert(1))
	assert.Equal(t, 1, drv.Count("INSERT"))
	assert.ElementsMatch(t, []string{"a", "b"}, ids)
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(t, upsert(7), &bulk)
	assert.Equal(t, []int{0, 1}, bulk.Indexes)
}

// Rows share a statement if what it returns shows which of them it wrote: not if it may change their keys, and not if all would get one
// token.
func TestUpsertBulk_RowsThatTheResultDoesNotTellApartAreStatementsOfTheirOwn(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	client.User.Create().SetName("before").SetEmail("a").ExecX(ctx)
	err := altered.User.CreateBulk(altered.User.Create().SetName("new").SetEmail("a"), altered.User.Create().SetName("new").SetEmail("b")).
		OnConflictColumns(user.FieldEmail).Update(func(u *ent.UserUpsert) { u.SetEmail("moved") }).IfVersion(1, 1).Exec(ctx)
	require.NoError(t, err)
	assert.Equal(t, 2, drv.Count("INSERT"))
	assert.Equal(t, "before", client.User.Query().Where(user.Email("moved")).OnlyX(ctx).Name)
	assert.Equal(t, "new", client.User.Query().Where(user.Email("b")).OnlyX(ctx).Name)

	drv.Sent = nil
	var made []*ent.DocumentCreate
	var seen []uuid.UUID
	for range 2 {
		d := client.Document.Create().SetTitle("before").SaveX(ctx)
		seen = append(seen, d.Version)
		made = append(made, altered.Document.Create().SetID(d.ID).SetTitle("after"))
	}
	require.NoError(t, altered.Document.CreateBulk(made...).OnConflictColumns(document.FieldID).UpdateNewValues().IfVersion(seen...).Exec(ctx))
	assert.Equal(t, 2, drv.Count("INSERT"))
	all := client.Document.Query().AllX(ctx)
	assert.NotEqual(t, all[0].Version, all[1].Version)
}
