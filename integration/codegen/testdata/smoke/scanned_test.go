package smoke_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
)

func Test_CLIENT_IDOfAValueScanner(t *testing.T) {
	client, ctx := openCLIENT(t), t.Context()
	page := client.Page.Create().SetID(&url.URL{Scheme: "https", Host: "a.example"}).SaveX(ctx)
	require.NoError(t, page.Update().SetName("a").Exec(ctx))
	for _, err := range []error{
		page.Update().SetName("b").Exec(ctx),
		client.Page.DeleteOne(page).Exec(ctx),
		client.Page.UpdateOneID(page.ID).IfVersion(1).SetName("b").Exec(ctx),
	} {
		require.True(t, ent.IsRecordModified(err), "%v", err)
	}
	require.True(t, ent.IsVersionError(client.Page.UpdateOneID(page.ID).SetName("b").Exec(ctx)))
	require.NoError(t, client.Page.UpdateOneID(page.ID).IfVersion(2).SetName("b").Exec(ctx))
}
