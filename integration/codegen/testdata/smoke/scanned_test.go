package smoke_test

import (
	"database/sql"
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

func Test_CLIENT_BatchOfFieldsThatScanThemselves(t *testing.T) {
	client, ctx := openCLIENT(t), t.Context()
	var builders []*ent.PageUpdateOne
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		page := client.Page.Create().SetID(&url.URL{Host: host}).SetNote(&sql.NullString{String: host, Valid: host != "b.example"}).SaveX(ctx)
		builders = append(builders, page.Update().SetName("batch"))
	}
	saved := client.Page.UpdateBulk(builders...).SaveX(ctx)
	require.Len(t, saved, 3)
	require.Equal(t, "a.example", saved[0].ID.Host)
	require.Equal(t, "a.example", saved[0].Note.String)
	require.True(t, saved[1].Note == nil || !saved[1].Note.Valid)
	require.Equal(t, "c.example", saved[2].Note.String)
	_, err := client.Page.UpdateBulk(builders...).Save(ctx)
	require.True(t, ent.IsRecordModified(err), "%v", err)
}
