package hook_test

import (
	"context"
	"errors"
	"fmt"

	entgo "entgo.io/ent"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
)

// A custom resolver: the larger age wins.
func ExampleOnModified() {
	client, ctx := open("OnModified")
	client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		m, ok := c.Mutation.(*ent.UserMutation)
		if !ok || c.Modified.Deleted {
			return nil, c.Err // as it is
		}
		current, err := c.Current(ctx)
		if err != nil {
			return nil, err
		}
		if age, ok := m.Age(); ok {
			m.SetAge(max(age, current.(*ent.User).Age))
		}
		return c.Save(ctx)
	}))
	u := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx)
	u.Update().SetAge(40).ExecX(ctx)

	u, err := u.Update().SetAge(37).Save(ctx)
	fmt.Println(u.Age, u.Version, err)
	// Output: 40 3 <nil>
}

// Diff lists what both sides have changed, with each field's base, mine and theirs.
func ExampleConflict_Diff() {
	client, ctx := open("ConflictDiff")
	client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		diff, err := c.Diff(ctx)
		for _, d := range diff {
			fmt.Printf("%s: %v became %v here and %v there\n", d.Name, d.Base, d.Mine, d.Theirs)
		}
		return nil, errors.Join(c.Err, err)
	}))
	u := stale(ctx, client)
	fmt.Println(u.Update().SetName("joan").Exec(ctx))
	// Output:
	// name: ada became joan here and grace there
	// entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
}

func ExampleClientWins() {
	client, ctx := open("ClientWins")
	client.User.Use(hook.OnModified(hook.ClientWins()))
	u, err := stale(ctx, client).Update().SetName("joan").Save(ctx)
	fmt.Println(u.Name, u.Version, err)
	// Output: joan 3 <nil>
}

func ExampleStoreWins() {
	client, ctx := open("StoreWins")
	client.User.Use(hook.OnModified(hook.StoreWins()))
	u, err := stale(ctx, client).Update().SetName("joan").Save(ctx)
	fmt.Println(u.Name, u.Version, err)
	// Output: grace 2 <nil>
}

// Changes to different fields are merged, changes to the same field are not.
func ExampleMerge() {
	client, ctx := open("Merge")
	client.User.Use(hook.OnModified(hook.Merge("email"))) // changes of an email are never merged
	u := stale(ctx, client)
	merged, err := u.Update().SetAge(37).Save(ctx)
	fmt.Println(merged.Name, merged.Age, err)

	for _, update := range []*ent.UserUpdateOne{u.Update().SetName("joan"), u.Update().SetEmail("ada@example.org")} {
		var clash *entocc.MergeError
		if errors.As(update.Exec(ctx), &clash) {
			fmt.Println("not merged:", clash.Clashes[0].Name)
		}
	}
	// Output:
	// grace 37 <nil>
	// not merged: name
	// not merged: email
}

// Another writer is faster each time the resolver saves.
func ExampleRounds() {
	client, ctx := open("Rounds")
	other := client.User.Create().SetName("ada").SaveX(ctx)
	u := other
	client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		fmt.Println("round", c.Round)
		if _, err := c.Current(ctx); err != nil {
			return nil, err
		}
		other = other.Update().AddAge(1).SaveX(ctx)
		return c.Save(ctx)
	}, hook.Rounds(2)))
	other = other.Update().AddAge(1).SaveX(ctx)
	fmt.Println(entocc.IsRecordModified(u.Update().SetName("joan").Exec(ctx)))
	// Output:
	// round 1
	// round 2
	// true
}

// A form's token states which version its user saw. Merging with what others wrote since is allowed here.
func ExampleWithIfMatch() {
	client, ctx := open("WithIfMatch")
	client.User.Use(hook.OnModified(hook.Merge(), hook.WithIfMatch()))
	u := stale(ctx, client)
	u, err := u.Update().IfMatch(sees(u.Version)).SetAge(37).Save(ctx)
	fmt.Println(u.Name, u.Age, err)
	// Output: grace 37 <nil>
}

// sees is a condition on one version, such as package occhttp makes from a header or a token.
type sees int64

func (v sees) Accept(entocc.VersionKey) entocc.Accepted {
	return entocc.Accepted{Versions: []any{int64(v)}}
}
func (v sees) String() string { return fmt.Sprintf("version %d", int64(v)) }

func ExampleWithoutIfVersion() {
	client, ctx := open("WithoutIfVersion")
	client.User.Use(hook.OnModified(hook.ClientWins(), hook.WithoutIfVersion()))
	u := stale(ctx, client)
	err := client.User.UpdateOneID(u.ID).IfVersion(1).SetName("joan").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err))
	fmt.Println(u.Update().SetName("joan").Exec(ctx))
	// Output:
	// true
	// <nil>
}
