package main

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/examples/ent/enttest"
)

func Example() {
	main()
	// Output:
	// Merged by hand: Ann changes the name, Bob the e-mail.
	//   Full name: was Ada, mine <nil>, theirs Ada Lovelace
	//   E-mail: was ada@example.com, mine ada@example.org, theirs ada@example.com
	//   Password: changed by me false, by others true
	//   Saved: version 3
	//   In the end: Ada Lovelace <ada@example.org>, phone 1815, active, version 3
	//
	// Merged by a hook: Bob's form posts all its fields, and he has changed one.
	//   Saved without asking: Bob sees Ada Lovelace <ada@example.org>
	//   In the end: Ada Lovelace <ada@example.org>, phone 1815, active, version 3
	//
	// Not merged: both change the phone, and the status is never merged.
	//   Phone: was 1815, mine 1843, theirs 1833
	//   Status: was active, mine <nil>, theirs blocked
	//   entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2; not merged: phone, status
	//   In the end: Ada <ada@example.com>, phone 1833, blocked, version 2
	//
	// By a rule of the program: nobody edits a user whom somebody has blocked meanwhile; all else is merged.
	//   the user is blocked by now: entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	//   In the end: Ada <ada@example.com>, phone 1815, blocked, version 2
	//
	// Client wins: what Bob saves is saved, and the rest stays as Ann left it.
	//   Saved: phone 1843, version 3
	//   In the end: Ada Lovelace <ada@example.com>, phone 1843, active, version 3
	//
	// Store wins: Bob gets what is there.
	//   Not saved: phone 1833, version 2
	//   In the end: Ada Lovelace <ada@example.com>, phone 1833, active, version 2
}

// A third writer between the merge and its save is another conflict, and their changes are compared too.
func TestMergeByHand_ThirdWriterIsSeen(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	bob := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)
	bob.Update().SetName("Augusta").ExecX(ctx)
	thirds := 0
	client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			thirds++
			if thirds == 2 { // Bob's second try.
				client.User.Update().SetEmail("ada@example.net").ExecX(ctx)
			}
			return next.Mutate(ctx, m)
		})
	})

	_, err := mergeByHand(ctx, io.Discard, bob)

	assert.True(t, ent.IsRecordModified(err), err)
	assert.Equal(t, "ada@example.net", client.User.GetX(ctx, bob.ID).Email)
}
