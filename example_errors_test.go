package entocc_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/user"
)

func ExampleIsRecordModified() {
	client, ctx := open("IsRecordModified")
	a := client.User.Create().SetName("ada").SaveX(ctx)
	b := client.User.GetX(ctx, a.ID)

	a.Update().SetName("grace").SaveX(ctx)
	err := b.Update().SetName("joan").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err), ent.IsNotFound(err))

	client.User.Delete().ExecX(ctx)
	err = b.Update().SetName("joan").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err), ent.IsNotFound(err))
	// Output:
	// true false
	// true true
}

func ExampleRecordModifiedError() {
	client, ctx := open("RecordModifiedError")
	u := client.User.Create().SetName("ada").SaveX(ctx)
	u.Update().SetName("grace").SaveX(ctx)

	err := u.Update().SetName("joan").Exec(ctx)
	var modified *entocc.RecordModifiedError
	if errors.As(err, &modified) {
		fmt.Printf("%s %v: read at %v, now at %v, deleted: %t\n",
			modified.Type, modified.ID, modified.Expected, modified.Actual, modified.Deleted)
	}
	// Output: User 1: read at 1, now at 2, deleted: false
}

// A conflict in a transaction may show values that only this transaction has written.
func ExampleRecordModifiedError_InOpenTx() {
	client, ctx := open("InOpenTx")
	u := client.User.Create().SetName("ada").SaveX(ctx)
	tx, _ := client.Tx(ctx)
	tx.User.UpdateOne(u).SetName("grace").ExecX(ctx)

	err := tx.User.UpdateOne(u).SetName("joan").Exec(ctx)
	var modified *entocc.RecordModifiedError
	if errors.As(err, &modified) {
		fmt.Println("in an open transaction:", modified.InOpenTx())
		_ = tx.Rollback()
		fmt.Println("after the rollback:", modified.InOpenTx())
	}
	// Output:
	// in an open transaction: true
	// after the rollback: false
}

// A generated client has an error for each type, with the entity and the current row.
func ExampleModifiedError() {
	client, ctx := open("ModifiedError")
	u := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx)
	u.Update().SetName("grace").SaveX(ctx)

	err := u.Update().SetName("joan").SetAge(37).Exec(ctx)
	var modified *ent.UserModifiedError
	if errors.As(err, &modified) {
		current, err := modified.Current(ctx)
		fmt.Println(modified.Loaded.Name, current.Name, err)
		for _, d := range modified.DiffTo(current) {
			fmt.Printf("%s: base %v, mine %v, theirs %v\n", d.Name, d.Base, d.Mine, d.Theirs)
		}
	}
	// Output:
	// ada grace <nil>
	// name: base ada, mine joan, theirs grace
	// age: base 36, mine 37, theirs 36
}

func ExampleModifiedError_Diff() {
	client, ctx := open("ModifiedErrorDiff")
	u := client.User.Create().SetName("ada").SetPassword("secret").SaveX(ctx)
	u.Update().SetPassword("hidden").SaveX(ctx)

	err := u.Update().SetName("grace").SetPassword("private").Exec(ctx)
	var modified *ent.UserModifiedError
	if errors.As(err, &modified) {
		diff, err := modified.Diff(ctx)
		for _, d := range diff {
			fmt.Printf("%s: %v, sensitive: %t, clashes: %t\n", d.Name, d.Mine, d.Sensitive, d.Clashes())
		}
		fmt.Println(err)
	}
	// Output:
	// name: grace, sensitive: false, clashes: false
	// password: <nil>, sensitive: true, clashes: true
	// <nil>
}

// CurrentValue and DiffToValue serve code that does not know the type, such as an error page for all of them.
func ExampleModifiedError_CurrentValue() {
	client, ctx := open("ModifiedErrorCurrentValue")
	u := client.User.Create().SetName("ada").SaveX(ctx)
	u.Update().SetName("grace").SaveX(ctx)
	err := u.Update().SetName("joan").Exec(ctx)

	var modified interface {
		CurrentValue(ctx context.Context) (any, error)
		DiffToValue(current any) []entocc.FieldDiff
		IsResult(v any) bool
	}
	if errors.As(err, &modified) {
		current, err := modified.CurrentValue(ctx)
		fmt.Println(modified.IsResult(current), err)
		fmt.Println(modified.DiffToValue(current)[0].Theirs)
	}
	// Output:
	// true <nil>
	// grace
}

// A field clashes if both sides have changed it, to different values.
func ExampleFieldDiff_Clashes() {
	client, ctx := open("Clashes")
	u := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx)
	u.Update().SetName("grace").SetAge(40).SaveX(ctx)

	err := u.Update().SetName("joan").AddAge(1).Exec(ctx)
	var modified *ent.UserModifiedError
	if errors.As(err, &modified) {
		diff, _ := modified.Diff(ctx)
		for _, d := range diff {
			fmt.Println(d.Name, d.Change, d.Clashes())
		}
	}
	// Output:
	// name set true
	// age added false
}

func ExampleIsVersionError() {
	client, ctx := open("IsVersionError")
	u := client.User.Create().SetName("ada").SaveX(ctx)

	err := client.User.UpdateOneID(u.ID).SetName("grace").Exec(ctx)
	fmt.Println(entocc.IsVersionError(err), entocc.IsRecordModified(err))
	err = client.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("grace").Exec(ctx)
	fmt.Println(err)
	// Output:
	// true false
	// <nil>
}

func ExampleVersionError() {
	client, ctx := open("VersionError")
	client.User.Create().SetName("ada").ExecX(ctx)
	u := client.User.Query().Select(user.FieldName).OnlyX(ctx) // without the version

	err := u.Update().SetName("grace").Exec(ctx)
	var refused *entocc.VersionError
	if errors.As(err, &refused) {
		fmt.Println(refused.Type, refused.Op)
		fmt.Println(refused.Reason)
	}
	// Output:
	// User OpUpdateOne
	// the entity was loaded without its version: add "version" to the Select of its query, or state the version with IfVersion
}

func ExampleStateError() {
	client, ctx := open("StateError")
	o := client.Order.Create().SetState("shipped").SaveX(ctx)

	err := o.Update().IfField(order.State("draft")).SetState("cancelled").Exec(ctx)
	var state *entocc.StateError
	if errors.As(err, &state) {
		fmt.Printf("%s is %v by now\n", state.Fields[0].Name, state.Fields[0].Value)
	}
	// Output: state is shipped by now
}

func ExampleValuesError() {
	// A save of a type with mixin.Values returns it if somebody else has changed the same fields.
	err := error(&entocc.RecordModifiedError{Type: "Page", ID: 7, Op: ent.OpUpdateOne, Err: &entocc.ValuesError{Fields: []entocc.FieldValue{
		{Name: "title", Value: "theirs"}, {Name: "secret", Sensitive: true},
	}}})
	fmt.Println(err)

	var seen *entocc.ValuesError
	if errors.As(err, &seen) {
		fmt.Printf("%s is %v by now\n", seen.Fields[0].Name, seen.Fields[0].Value)
	}
	// Output:
	// entocc: Page 7 was modified by somebody else: UpdateOne refused, its values are no longer those that the caller saw: title is theirs, secret differs
	// title is theirs by now
}

func ExampleIsNotNewer() {
	client, ctx := open("IsNotNewer")
	deliver := func(name string, version int64) error { // a webhook, say, which may come twice or out of order
		return client.User.Create().SetName(name).SetEmail("ada@example.com").
			OnConflict(sql.ConflictColumns(user.FieldEmail)).UpdateNewValues().IfNewer(version).
			Exec(ctx)
	}
	fmt.Println(deliver("ada", 3), deliver("ada lovelace", 5))

	err := deliver("augusta", 4)
	fmt.Println(entocc.IsNotNewer(err), err)
	fmt.Println(client.User.Query().OnlyX(ctx).Name)
	// Output:
	// <nil> <nil>
	// true entocc: upsert of User 1: version 4 is not newer than that of the row, which has 5 and stays as it is
	// ada lovelace
}

func ExampleNotNewerError() {
	client, ctx := open("NotNewerError")
	deliver := func() error {
		return client.User.Create().SetName("ada").SetEmail("ada@example.com").
			OnConflict(sql.ConflictColumns(user.FieldEmail)).UpdateNewValues().IfNewer(3).
			Exec(ctx)
	}
	fmt.Println(deliver())

	var late *entocc.NotNewerError
	if errors.As(deliver(), &late) {
		fmt.Println(late.Type, late.ID, late.Version, late.Actual)
	}
	// Output:
	// <nil>
	// User 1 3 3
}

func ExampleBulkNotNewerError() {
	client, ctx := open("BulkNotNewerError")
	deliver := func(versions map[string]int64) error { // a batch of a change feed, say
		var builders []*ent.UserCreate
		for _, mail := range slices.Sorted(maps.Keys(versions)) {
			builders = append(builders, client.User.Create().SetName("ada").SetEmail(mail).SetVersion(versions[mail]))
		}
		return client.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(ctx)
	}
	fmt.Println(deliver(map[string]int64{"a@example.com": 3, "b@example.com": 8}))

	var bulk *entocc.BulkNotNewerError
	if errors.As(deliver(map[string]int64{"a@example.com": 4, "b@example.com": 7, "c@example.com": 1}), &bulk) {
		for i, late := range bulk.Late {
			fmt.Printf("delivery %d dropped: it has version %v, the row has %v\n", bulk.Indexes[i], late.Version, late.Actual)
		}
		fmt.Println(bulk.Written, "of", bulk.Total, "were written")
	}
	// Output:
	// <nil>
	// delivery 1 dropped: it has version 7, the row has 8
	// 2 of 3 were written
}

func ExampleIsBulkModified() {
	client, ctx := open("IsBulkModified")
	users := client.User.CreateBulk(client.User.Create().SetName("ada"), client.User.Create().SetName("grace")).SaveX(ctx)
	users[0].Update().SetAge(36).ExecX(ctx)

	_, err := client.User.UpdateBulk(users[0].Update().SetAge(37), users[1].Update().SetAge(37)).Save(ctx)
	fmt.Println(entocc.IsBulkModified(err), entocc.IsRecordModified(err))
	// Output: true true
}

func ExampleBulkModifiedError() {
	client, ctx := open("BulkModifiedError")
	users := client.User.CreateBulk(client.User.Create().SetName("ada"), client.User.Create().SetName("grace")).SaveX(ctx)
	users[0].Update().SetAge(36).ExecX(ctx)

	saved, err := client.User.UpdateBulk(users[0].Update().SetAge(37), users[1].Update().SetAge(37)).SkipModified().Save(ctx)
	fmt.Println("saved:", saved[0].Name)
	var conflicts *entocc.BulkModifiedError
	if errors.As(err, &conflicts) {
		for _, c := range conflicts.Conflicts {
			fmt.Printf("%s %v: read at %v, now at %v\n", c.Type, c.ID, c.Expected, c.Actual)
		}
		fmt.Printf("%d of %d rows were written\n", conflicts.Written, conflicts.Total)
	}
	// Output:
	// saved: grace
	// User 1: read at 1, now at 2
	// 1 of 2 rows were written
}

// A write may or may not have been applied if its connection ended before the answer came.
func ExampleIsOutcomeUnknown() {
	client, ctx := open("IsOutcomeUnknown")
	u := client.User.Create().SetName("ada").SaveX(ctx)

	err := unplugged("IsOutcomeUnknown").User.UpdateOne(u).SetName("grace").Exec(ctx)
	fmt.Println(entocc.IsOutcomeUnknown(err), entocc.IsRetryable(err))
	// Output: true false
}

func ExampleOutcomeUnknownError() {
	client, ctx := open("OutcomeUnknownError")
	u := client.User.Create().SetName("ada").SaveX(ctx)

	err := unplugged("OutcomeUnknownError").User.UpdateOne(u).SetName("grace").Exec(ctx)
	var unknown *entocc.OutcomeUnknownError
	if errors.As(err, &unknown) {
		now := client.User.GetX(ctx, u.ID)
		fmt.Printf("%s %v: applied, if it has version %v: it has %d\n", unknown.Type, unknown.ID, unknown.Next, now.Version)
	}
	// Output: User 1: applied, if it has version 2: it has 2
}

func ExampleMergeError() {
	client, ctx := open("MergeError")
	client.User.Use(hook.OnModified(hook.Merge()))
	u := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx)
	u.Update().SetName("grace").ExecX(ctx)

	err := u.Update().SetName("joan").SetAge(37).Exec(ctx)
	var unmerged *entocc.MergeError
	if errors.As(err, &unmerged) {
		for _, clash := range unmerged.Clashes {
			fmt.Printf("%s: %v or %v?\n", clash.Name, clash.Mine, clash.Theirs)
		}
	}
	// Output: name: joan or grace?
}

func ExampleIsRetryable() {
	fmt.Println(entocc.IsRetryable(&entocc.RecordModifiedError{Type: "User", ID: 1}))
	fmt.Println(entocc.IsRetryable(fmt.Errorf("saving: %w", sqlite3.Error{Code: sqlite3.ErrBusy})))
	fmt.Println(entocc.IsRetryable(errors.New("no such column")))
	// Output:
	// true
	// true
	// false
}

func ExampleClassify() {
	class := entocc.Classify(fmt.Errorf("saving: %w", sqlite3.Error{Code: sqlite3.ErrBusy}))
	fmt.Println(class.Kind, class.TxDead, class.Retryable())
	// Output: busy false true
}
