// Command verify shows write skew, and the check that catches it. Two doctors are on call, and one of them has to stay.
// Both see the other one on the list, and both go. Each changes only her own row, so neither guard notices the other
// write. The rows that the decision was based on must be checked.
//
//	go run ./examples/verify
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/verify/ent"
	"github.com/entocc/entocc/examples/verify/ent/doctor"
	_ "github.com/entocc/entocc/examples/verify/ent/runtime" // The guard is a schema hook: ent finds it through this import.
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs the example in its own database, once without the check and once with it.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "entocc-verify")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(dir, "verify.db")+"?_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	w := &ward{client: client, out: out}
	fmt.Fprintln(out, "Each checks the list, and writes her own row:")
	if err := w.evening(ctx, false); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nThe same with VerifyOnCommit:")
	return w.evening(ctx, true)
}

// ward is where the doctors are on call.
type ward struct {
	client *ent.Client
	out    io.Writer
}

// evening lets Alice and Bea look at the list at the same time, and then go one after the other.
func (w *ward) evening(ctx context.Context, verify bool) error {
	alice, err := w.client.Doctor.Create().SetName("Alice").Save(ctx)
	if err != nil {
		return err
	}
	bea, err := w.client.Doctor.Create().SetName("Bea").Save(ctx)
	if err != nil {
		return err
	}
	seen := []*ent.Doctor{alice, bea} // What both have on their screens.
	for _, who := range seen {
		err := w.goHome(ctx, who, seen, verify)
		if !w.report(who, err) {
			return err
		}
		var modified *ent.DoctorModifiedError
		if !errors.As(err, &modified) {
			continue
		}
		current, err := modified.Current(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.out, "  %s was on call on her list, and is not any more.\n", current.Name)
	}
	left, err := w.client.Doctor.Query().Where(doctor.OnCall(true)).Count(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "  On call now: %d\n", left)
	_, err = w.client.Doctor.Delete().Exec(ctx)
	return err
}

// goHome takes a doctor off call if another one is on the list that she saw.
func (w *ward) goHome(ctx context.Context, who *ent.Doctor, seen []*ent.Doctor, verify bool) error {
	others := 0
	for _, d := range seen {
		if d.ID != who.ID && d.OnCall {
			others++
		}
	}
	if others == 0 {
		return errors.New("nobody else is on call")
	}
	tx, err := w.client.Tx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // It does nothing after a commit.
	if verify {
		if err := tx.Doctor.VerifyOnCommit(seen...); err != nil {
			return err
		}
	}
	if err := tx.Doctor.UpdateOne(who).SetOnCall(false).Exec(ctx); err != nil {
		return err
	}
	return tx.Commit()
}

// report prints the outcome, and says whether the story goes on.
func (w *ward) report(who *ent.Doctor, err error) bool {
	switch {
	case err == nil:
		fmt.Fprintf(w.out, "  %s goes home.\n", who.Name)
	case ent.IsRecordModified(err):
		fmt.Fprintf(w.out, "  %s can't go: %v.\n", who.Name, err)
	default:
		return false
	}
	return true
}
