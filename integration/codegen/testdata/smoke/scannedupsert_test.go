package smoke_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
)

func Test_CLIENT_GuardedUpsertsOfAValueScanner(t *testing.T) {
	client, ctx := openCLIENT(t), t.Context()
	pages := func(versions ...int64) error {
		return client.Page.CreateBulk(
			client.Page.Create().SetID(&url.URL{Host: "a.example"}).SetName("upsert"), client.Page.Create().SetID(&url.URL{Host: "b.example"}),
		).OnConflictColumns("id").UpdateNewValues().IfVersion(versions...).Exec(ctx)
	}
	require.NoError(t, pages(1, 1))
	require.NoError(t, pages(1, 1))
	err := pages(2, 1)
	var modified *ent.PageModifiedError
	require.ErrorAs(t, err, &modified)
	require.ErrorContains(t, err, "the row has 2")
	require.Equal(t, 2, client.Page.Query().CountX(ctx))
}
