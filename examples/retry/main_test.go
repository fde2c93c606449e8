package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/ent/enttest"
)

func Example() {
	main()
	// Output:
	// attempt 1: entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	// Modify: Ada Lovelace has 1 login after 2 attempts, and is at version 3
	//
	// Retry: Ada Lovelace was checked at version 4
	//
	// Bounded: entocc: gave up after 3 attempts: entocc: User 1 was modified by somebody else: UpdateOne expected version 7, the row has 8
	//
	// RetryTx: 16 writers made 160 transfers at once
	// the accounts hold 300.00, as before, and were written 320 times
}

// An error that another attempt can't fix comes back at once, and undoes the whole transaction.
func TestTransfer_WithoutMoneyIsTriedOnce(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	a := client.Account.Create().SetOwner("Ada").SetBalance(50).SaveX(ctx)
	b := client.Account.Create().SetOwner("Mary").SetBalance(0).SaveX(ctx)

	err := transfer(ctx, client, a.ID, b.ID, 100)

	require.ErrorContains(t, err, "Ada has not got 100")
	var gaveUp *entocc.RetryError
	assert.NotErrorAs(t, err, &gaveUp)
	assert.Equal(t, int64(1), client.Account.GetX(ctx, a.ID).Version)
}
