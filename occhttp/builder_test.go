package occhttp_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ifMatch is the condition of a request that has the tag of the entity.
func ifMatch(t *testing.T, entity entocc.Versioned) *occhttp.Condition {
	t.Helper()
	tag, err := occhttp.Tag(entity)
	require.NoError(t, err)
	return header(tag.String())
}

func header(lines ...string) *occhttp.Condition {
	return occhttp.IfMatch(&http.Request{Header: http.Header{"If-Match": lines}})
}

// saver is an update builder.
type saver[T any] interface {
	Save(ctx context.Context) (T, error)
}

// requireTags saves by the tag of an entity, and again by the same one, which is stale by then; then by the one of what
// the first save returned.
func requireTags[T entocc.Versioned](t *testing.T, first T, update func(cond entocc.Condition) saver[T]) {
	t.Helper()
	second, err := update(ifMatch(t, first)).Save(t.Context())
	require.NoError(t, err)
	_, err = update(ifMatch(t, first)).Save(t.Context())
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	third, err := update(ifMatch(t, second)).Save(t.Context())
	require.NoError(t, err)
	assert.NotEqual(t, second.VersionKey(), third.VersionKey())
}

func TestIfMatch_EveryKindOfVersionAndID(t *testing.T) {
	client, ctx := newServer(t).client, t.Context()
	t.Run("counter", func(t *testing.T) {
		u := client.User.Create().SetName("a").SaveX(ctx)
		requireTags(t, u, func(c entocc.Condition) saver[*ent.User] {
			return client.User.UpdateOneID(u.ID).IfMatch(c).AddAge(1)
		})
	})
	t.Run("time version", func(t *testing.T) {
		e := client.Event.Create().SetName("a").SaveX(ctx)
		requireTags(t, e, func(c entocc.Condition) saver[*ent.Event] {
			return client.Event.UpdateOneID(e.ID).IfMatch(c).SetName("b")
		})
	})
	t.Run("token, uuid ID", func(t *testing.T) {
		d := client.Document.Create().SetTitle("a").SaveX(ctx)
		requireTags(t, d, func(c entocc.Condition) saver[*ent.Document] {
			return client.Document.UpdateOneID(d.ID).IfMatch(c).SetTitle("b")
		})
	})
	t.Run("other column, string ID", func(t *testing.T) {
		a := client.Account.Create().SetID("a/b \"c\"").SetOwner("a").SaveX(ctx)
		requireTags(t, a, func(c entocc.Condition) saver[*ent.Account] {
			return client.Account.UpdateOneID(a.ID).IfMatch(c).AddBalance(1)
		})
	})
	t.Run("NULL in the column", func(t *testing.T) {
		id := client.Order.Create().SaveX(ctx).ID
		client.Order.Update().Modify(func(u *sql.UpdateBuilder) { u.SetNull("cm_version_id") }).ExecX(entocc.SkipIncrement(ctx))
		o := client.Order.GetX(ctx, id)
		requireTags(t, o, func(c entocc.Condition) saver[*ent.Order] {
			return client.Order.UpdateOneID(id).IfMatch(c).SetState("y")
		})
	})
	t.Run("time of a zone", func(t *testing.T) {
		at := time.Date(2026, 1, 2, 3, 4, 5, 123456000, time.FixedZone("", 2*60*60))
		id := client.Reading.Create().SetValue(1).SetUpdatedAt(at).SaveX(ctx).ID
		requireTags(t, client.Reading.GetX(ctx, id), func(c entocc.Condition) saver[*ent.Reading] {
			return client.Reading.UpdateOneID(id).IfMatch(c).SetValue(2)
		})
	})
	t.Run("composite ID", func(t *testing.T) {
		u, team := client.User.Create().SetName("a").SaveX(ctx), client.Team.Create().SetName("t").SaveX(ctx)
		m := client.Membership.Create().SetUser(u).SetTeam(team).SaveX(ctx)
		fresh := ifMatch(t, m)
		m.Update().ForceIncrement().SaveX(ctx)
		err := m.Update().IfMatch(fresh).ForceIncrement().Exec(ctx)
		require.True(t, entocc.IsRecordModified(err), "%v", err)
		require.True(t, entocc.IsRecordModified(m.Delete().IfMatch(fresh).Exec(ctx)))
	})
}

func TestIfMatch_ConditionThatNamesNoVersionIsCheckedWithoutAChange(t *testing.T) {
	s := newServer(t)
	none := header(`"User/99/1"`)
	err := s.client.User.UpdateOneID(s.user.ID).IfMatch(none).Exec(t.Context())
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	err = s.client.User.UpdateOneID(s.user.ID).IfMatch(none).AddBookmarks().AddGroups().SetName("x").Exec(t.Context())
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, err, &modified)
	assert.Equal(t, `"User/99/1"`, modified.Expected)
	assert.EqualValues(t, 1, modified.Actual)
	assert.NoError(t, modified.Err)
}

func TestIfMatch_OtherPredicatesStayNotFound(t *testing.T) {
	s := newServer(t)
	for _, tag := range []string{`"User/99/1"`, s.tag(7), s.tag(1)} {
		err := s.client.User.UpdateOneID(s.user.ID).Where(user.Name("hidden")).IfMatch(header(tag)).SetName("x").Exec(t.Context())
		require.True(t, ent.IsNotFound(err), "%v", err)
		require.False(t, entocc.IsRecordModified(err), "a caller who may not see the row learns nothing about its version")
		err = s.client.User.DeleteOneID(s.user.ID).Where(user.Name("hidden")).IfMatch(header(tag)).Exec(t.Context())
		require.True(t, ent.IsNotFound(err), "%v", err)
		require.False(t, entocc.IsRecordModified(err))
	}
}

func TestIfMatch_BadConditionIsRefusedUnderEverySwitch(t *testing.T) {
	s := newServer(t)
	for name, cond := range map[string]entocc.Condition{
		"nil": nil, "nil condition": (*occhttp.Condition)(nil), "missing": header(), "malformed": header("1"), "no token": newSigner(t).IfMatch(""),
	} {
		t.Run(name, func(t *testing.T) {
			ctx := entocc.SkipCheck(t.Context())
			err := s.client.User.UpdateOne(s.user).IfMatch(cond).SetName("x").Exec(ctx)
			require.True(t, entocc.IsVersionError(err), "%v", err)
			err = s.client.User.DeleteOne(s.user).IfMatch(cond).Exec(ctx)
			require.True(t, entocc.IsVersionError(err), "%v", err)
			assert.Equal(t, "before", s.name())
		})
	}
}

func TestIfMatch_SignedTokenGuardsTheWrite(t *testing.T) {
	s, signer := newServer(t), newSigner(t)
	token, err := signer.Sign(s.user)
	require.NoError(t, err)
	s.client.User.UpdateOneID(s.user.ID).IfMatch(signer.IfMatch(token)).SetName("x").ExecX(t.Context())
	err = s.client.User.UpdateOneID(s.user.ID).IfMatch(signer.IfMatch(token)).SetName("y").Exec(t.Context())
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	row, err := signer.Row(ent.TypeUser, token)
	require.NoError(t, err)
	err = s.client.User.DeleteOneID(s.user.ID).IfMatch(row).Exec(t.Context())
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	assert.Equal(t, "x", s.name())
}
