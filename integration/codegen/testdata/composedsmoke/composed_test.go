package smoke_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
)

func Test_CLIENT_IsGuarded(t *testing.T) {
	client := openCLIENT(t)
	require.NoError(t, ent.CheckGuards())
	ctx := t.Context()
	TYPES
}

func Test_CLIENT_OptionsAreThoseOfTheField(t *testing.T) {
	client := openCLIENT(t)
	ctx := t.Context()
	a := client.Appended.Create().SetID(1).SaveX(ctx)
	require.EqualValues(t, 1, a.Update().SetSeen("now").SaveX(ctx).Rev, "it is ignored")
	b := client.Blind.Create().SetID(1).SaveX(ctx)
	require.EqualValues(t, 2, client.Blind.UpdateOneID(b.ID).SetName("blind").SaveX(ctx).Version)
	require.True(t, ent.IsRecordModified(b.Update().SetName("stale").Exec(ctx)))
}
