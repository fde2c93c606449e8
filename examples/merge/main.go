// Command merge shows ways to end a conflict: a save that merges what two editors did, by hand or by a hook; a list of
// what both changed, for a page that asks; client wins; store wins.
//
//	go run ./examples/merge
//
// In each chapter Ann and Bob open the same user, Ann saves first, and Bob gets a conflict.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime"
	"github.com/entocc/entocc/hook"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs each chapter with its own user and client, because hooks belong to a client.
func run(ctx context.Context, out io.Writer) error {
	for _, chapter := range chapters {
		client, err := ent.Open(dialect.SQLite, "file:merge?mode=memory&cache=shared&_fk=1")
		if err != nil {
			return err
		}
		if err := client.Schema.Create(ctx); err != nil {
			return errors.Join(err, client.Close())
		}
		id := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SetPhone("1815").SaveX(ctx).ID
		desk := desk{out: out, client: client, ann: client.User.GetX(ctx, id), bob: client.User.GetX(ctx, id)}
		fmt.Fprintf(out, "%s\n", chapter.title)
		err = chapter.tell(ctx, desk)
		u := client.User.GetX(ctx, id)
		fmt.Fprintf(out, "  In the end: %s <%s>, phone %s, %s, version %d\n\n", u.Name, u.Email, u.Phone, u.Status, u.Version)
		if err := errors.Join(err, client.Close()); err != nil {
			return err
		}
	}
	return nil
}

// desk is where Ann and Bob each have their copy of the user open.
type desk struct {
	out      io.Writer
	client   *ent.Client
	ann, bob *ent.User
}

var chapters = []struct {
	title string
	tell  func(context.Context, desk) error
}{
	{"Merged by hand: Ann changes the name, Bob the e-mail.", byHand},
	{"Merged by a hook: Bob's form posts all its fields, and he has changed one.", byHook},
	{"Not merged: both change the phone, and the status is never merged.", clash},
	{"By a rule of the program: nobody edits a user whom somebody has blocked meanwhile; all else is merged.", ownRule},
	{"Client wins: what Bob saves is saved, and the rest stays as Ann left it.", clientWins},
	{"Store wins: Bob gets what is there.", storeWins},
}

func byHand(ctx context.Context, d desk) error {
	d.ann.Update().SetName("Ada Lovelace").SetPassword("secret").ExecX(ctx)
	bob, err := mergeByHand(ctx, d.out, d.bob)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  Saved: version %d\n", bob.Version)
	return nil
}

// mergeByHand saves Bob's changes from the copy that he has, and if that is stale and nobody else changed the same
// fields, from the current row.
func mergeByHand(ctx context.Context, out io.Writer, bob *ent.User) (*ent.User, error) {
	save := func(u *ent.User) (*ent.User, error) { // Sets what Bob changed, and no other field.
		return u.Update().SetEmail("ada@example.org").Save(ctx)
	}
	saved, err := save(bob)
	var modified *ent.UserModifiedError
	for errors.As(err, &modified) { // A third writer in between is a conflict again.
		current, gone := modified.Current(ctx)
		if gone != nil {
			return nil, gone
		}
		if clashes := show(out, modified.DiffTo(current)); clashes > 0 {
			return nil, err // Somebody has to decide.
		}
		saved, err = save(current)
	}
	return saved, err
}

// show prints what each side did, and returns the number of fields that clash.
func show(out io.Writer, diffs []entocc.FieldDiff) (clashes int) {
	for _, d := range diffs {
		if d.Sensitive { // Say who changed it, but not the values.
			fmt.Fprintf(out, "  %s: changed by me %v, by others %v\n", d.Label, d.MineChanged, d.TheirsChanged)
		} else {
			fmt.Fprintf(out, "  %s: was %v, mine %v, theirs %v\n", d.Label, d.Base, d.Mine, d.Theirs)
		}
		if d.Clashes() {
			clashes++
		}
	}
	return clashes
}

func byHook(ctx context.Context, d desk) error {
	d.client.User.Use(hook.OnModified(hook.Merge("status")))

	d.ann.Update().SetName("Ada Lovelace").ExecX(ctx)
	bob, err := d.bob.Update().SetName(d.bob.Name).SetEmail("ada@example.org").SetPhone(d.bob.Phone).Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  Saved without asking: Bob sees %s <%s>\n", bob.Name, bob.Email)
	return nil
}

func clash(ctx context.Context, d desk) error {
	d.client.User.Use(hook.OnModified(hook.Merge("status")))

	d.ann.Update().SetPhone("1833").SetStatus("blocked").ExecX(ctx)
	_, err := d.bob.Update().SetPhone("1843").SetEmail("ada@example.org").Save(ctx)

	var unmerged *entocc.MergeError
	if !errors.As(err, &unmerged) || !ent.IsRecordModified(err) {
		return fmt.Errorf("the clash was not reported: %w", err)
	}
	show(d.out, unmerged.Clashes)
	fmt.Fprintf(d.out, "  %v\n", err)
	return nil
}

func ownRule(ctx context.Context, d desk) error {
	d.client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (ent.Value, error) {
		current, err := c.Current(ctx)
		if err == nil && current.(*ent.User).Status == "blocked" {
			return nil, fmt.Errorf("the user is blocked by now: %w", c.Err)
		}
		return hook.Merge()(ctx, c)
	}))

	d.ann.Update().SetStatus("blocked").ExecX(ctx)
	err := d.bob.Update().SetEmail("ada@example.org").Exec(ctx)
	if !ent.IsRecordModified(err) {
		return fmt.Errorf("the save went through: %w", err)
	}
	fmt.Fprintf(d.out, "  %v\n", err)
	return nil
}

func clientWins(ctx context.Context, d desk) error {
	d.client.User.Use(hook.OnModified(hook.ClientWins()))

	d.ann.Update().SetName("Ada Lovelace").SetPhone("1833").ExecX(ctx)
	bob, err := d.bob.Update().SetPhone("1843").Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  Saved: phone %s, version %d\n", bob.Phone, bob.Version)
	return nil
}

func storeWins(ctx context.Context, d desk) error {
	d.client.User.Use(hook.OnModified(hook.StoreWins()))

	d.ann.Update().SetName("Ada Lovelace").SetPhone("1833").ExecX(ctx)
	bob, err := d.bob.Update().SetPhone("1843").Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  Not saved: phone %s, version %d\n", bob.Phone, bob.Version)
	return nil
}
