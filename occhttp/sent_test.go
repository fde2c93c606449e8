package occhttp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occhttp"
)

func TestIfTag_GuardsByATagThatHasTravelled(t *testing.T) {
	client := openExample(t.Name())
	ctx := t.Context()
	u, other := client.User.Create().SetName("Ada").SaveX(ctx), client.User.Create().SetName("Bob").SaveX(ctx)
	tag := func(id int) occhttp.ETag {
		tag, err := occhttp.Tag(client.User.GetX(ctx, id))
		require.NoError(t, err)
		return tag
	}
	save := func(tag string) error {
		return client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfTag(tag)).SetName("saved").Exec(ctx)
	}
	first := tag(u.ID)
	require.NoError(t, save(first.String()))
	require.NoError(t, save(tag(u.ID).Opaque), "without its quotes")
	require.NoError(t, save("*"))
	for _, stale := range []string{first.String(), first.Opaque, tag(other.ID).String(), "W/" + tag(u.ID).String(), "x"} {
		assert.True(t, ent.IsRecordModified(save(stale)), stale)
	}
	for _, bad := range []string{"", `"`, first.String() + ", " + tag(u.ID).String(), " " + tag(u.ID).String(), tag(u.ID).String() + ",", "*, *", "a b", `a"b`} {
		err := save(bad)
		assert.True(t, ent.IsVersionError(err), "%s: %v", bad, err)
	}
	set := func(tag string) error {
		return client.User.Update().Where(user.ID(u.ID)).IfMatch(occhttp.IfTagSent(tag)).SetName("set").Exec(ctx)
	}
	require.NoError(t, set(""))
	require.NoError(t, set(tag(u.ID).Opaque))
	assert.True(t, ent.IsRecordModified(set(first.Opaque)))
	assert.True(t, ent.IsRecordModified(client.User.DeleteOneID(u.ID).IfMatch(occhttp.IfTagSent(first.Opaque)).Exec(ctx)))
	before := client.User.GetX(ctx, u.ID).Version
	require.NoError(t, client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfTagSent("")).SetName("old caller").Exec(ctx))
	assert.Equal(t, before+1, client.User.GetX(ctx, u.ID).Version, "others notice")
}
