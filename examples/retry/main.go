// Command retry shows work that a program runs again by itself when somebody else was faster: one row with Modify, any
// work with entocc.Retry, and a whole transaction with RetryTx.
//
//	go run ./examples/retry
//
// Each attempt reads again what its decision depends on. Sixteen writers move money between three accounts at once, and
// in the end not a cent is missing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/examples/ent/account"
	_ "github.com/entocc/entocc/examples/ent/runtime"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs the example in its own database. In WAL mode SQLite lets readers and a writer work at the same time, as
// servers do. A writer only waits for its turn, so the rows may change meanwhile.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "entocc-retry")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(dir, "retry.db")+"?_fk=1&_journal=WAL&_busy_timeout=20000")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	for _, chapter := range []func(context.Context, io.Writer, *ent.Client) error{modify, retry, giveUp, retryTx} {
		if err := chapter(ctx, out, client); err != nil {
			return err
		}
	}
	return nil
}

// modify counts a login while somebody else renames the user.
func modify(ctx context.Context, out io.Writer, client *ent.Client) error {
	id := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx).ID
	attempts := 0
	u, err := client.User.Modify(ctx, id, func(u *ent.User, up *ent.UserUpdateOne) error {
		attempts++
		if attempts == 1 { // Somebody is faster than the first attempt.
			u.Update().SetName("Ada Lovelace").ExecX(ctx)
		}
		up.SetLogins(u.Logins + 1)
		return nil
	}, entocc.OnRetry(func(attempt int, err error, wait time.Duration) {
		fmt.Fprintf(out, "attempt %d: %v\n", attempt, err)
	}))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Modify: %s has %d login after %d attempts, and is at version %d\n\n", u.Name, u.Logins, attempts, u.Version)
	return nil
}

// retry does the same with work on more than one row.
func retry(ctx context.Context, out io.Writer, client *ent.Client) error {
	id := client.User.Query().FirstIDX(ctx)
	attempts := 0
	err := entocc.Retry(ctx, func(ctx context.Context) error {
		attempts++
		u, err := client.User.Get(ctx, id)
		if err != nil {
			return err
		}
		if attempts == 1 { // And again somebody is faster.
			u.Update().SetPhone("020 7946 0018").ExecX(ctx)
		}
		return u.Update().SetStatus("checked at version " + fmt.Sprint(u.Version)).Exec(ctx)
	}, entocc.Attempts(5))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Retry: %s was %s\n\n", client.User.GetX(ctx, id).Name, client.User.GetX(ctx, id).Status)
	return nil
}

// giveUp lets somebody else be faster every time. Attempts bounds the number of tries.
func giveUp(ctx context.Context, out io.Writer, client *ent.Client) error {
	id := client.User.Query().FirstIDX(ctx)
	_, err := client.User.Modify(ctx, id, func(u *ent.User, up *ent.UserUpdateOne) error {
		u.Update().AddLogins(1).ExecX(ctx)
		up.SetStatus("never")
		return nil
	}, entocc.Attempts(3), entocc.Backoff(time.Millisecond, 10*time.Millisecond))
	var gaveUp *entocc.RetryError
	if !errors.As(err, &gaveUp) || !ent.IsRecordModified(err) {
		return fmt.Errorf("the retry did not end as it should: %w", err)
	}
	fmt.Fprintf(out, "Bounded: %v\n\n", err)
	return nil
}

const (
	writers   = 16
	transfers = 10 // of each writer
)

// retryTx moves money between accounts, many writers at once.
func retryTx(ctx context.Context, out io.Writer, client *ent.Client) error {
	for _, owner := range []string{"Ada", "Charles", "Mary"} {
		client.Account.Create().SetOwner(owner).SetBalance(100_00).ExecX(ctx)
	}
	ids := client.Account.Query().Order(account.ByID()).IDsX(ctx)

	failures := make([]error, writers)
	var done sync.WaitGroup
	for w := range writers {
		done.Go(func() {
			for i := range transfers {
				from, to := ids[(w+i)%3], ids[(w+i+1)%3]
				failures[w] = errors.Join(failures[w], transfer(ctx, client, from, to, 1_00, entocc.Attempts(0)))
			}
		})
	}
	done.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	var sum, versions int64
	for _, a := range client.Account.Query().AllX(ctx) {
		sum += a.Balance
		versions += a.Version - 1
	}
	fmt.Fprintf(out, "RetryTx: %d writers made %d transfers at once\n", writers, writers*transfers)
	fmt.Fprintf(out, "the accounts hold %d.%02d, as before, and were written %d times\n", sum/100, sum%100, versions)
	return nil
}

// transfer moves an amount from one account to another: it writes both or none, from current balances.
func transfer(ctx context.Context, client *ent.Client, from, to int, amount int64, opts ...entocc.RetryOption) error {
	return client.RetryTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.Account.Get(ctx, from)
		if err != nil {
			return err
		}
		b, err := tx.Account.Get(ctx, to)
		if err != nil {
			return err
		}
		if a.Balance < amount {
			return fmt.Errorf("%s has not got %d", a.Owner, amount) // No retry fixes this: it comes back at once.
		}
		if err := a.Update().SetBalance(a.Balance - amount).Exec(ctx); err != nil {
			return err
		}
		return b.Update().SetBalance(b.Balance + amount).Exec(ctx)
	}, opts...)
}
