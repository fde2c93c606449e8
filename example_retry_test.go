package entocc_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// Somebody else saves between the first attempt's read and its write.
func ExampleRetry() {
	client, ctx := open("Retry")
	id := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx).ID

	attempt := 0
	err := entocc.Retry(ctx, func(ctx context.Context) error {
		u, err := client.User.Get(ctx, id) // read again in each attempt
		if err != nil {
			return err
		}
		if attempt++; attempt == 1 {
			client.User.UpdateOne(u).SetAge(50).ExecX(ctx)
		}
		return u.Update().SetAge(u.Age + 1).Exec(ctx)
	})
	fmt.Println(attempt, client.User.GetX(ctx, id).Age, err)
	// Output: 2 51 <nil>
}

// RetryTx does the same in a transaction, a new one for each attempt.
func ExampleTxOptions() {
	client, ctx := open("TxOptions")
	id := client.User.Create().SetName("ada").SetAge(36).SaveX(ctx).ID

	err := client.RetryTx(ctx, func(tx *ent.Tx) error {
		u, err := tx.User.Get(ctx, id)
		if err != nil {
			return err
		}
		return tx.User.UpdateOne(u).SetAge(u.Age + 1).Exec(ctx)
	}, entocc.TxOptions(&sql.TxOptions{Isolation: sql.LevelSerializable}))
	fmt.Println(client.User.GetX(ctx, id).Age, err)
	// Output: 37 <nil>
}

func ExampleAttempts() {
	client, ctx := open("Attempts")
	stale := client.User.Create().SetName("ada").SaveX(ctx)
	stale.Update().SetName("grace").ExecX(ctx)

	err := entocc.Retry(ctx, func(ctx context.Context) error {
		return stale.Update().SetName("joan").Exec(ctx) // never read again: it can't succeed
	}, entocc.Attempts(3))
	var gaveUp *entocc.RetryError
	if errors.As(err, &gaveUp) {
		fmt.Println(gaveUp.Attempts, entocc.IsRecordModified(gaveUp.Err))
	}
	// Output: 3 true
}

func ExampleRetryError() {
	errDown := errors.New("the mail server is down")
	err := entocc.Retry(context.Background(), func(context.Context) error { return errDown },
		entocc.Attempts(2), entocc.RetryIf(func(error) bool { return true }))
	var gaveUp *entocc.RetryError
	if errors.As(err, &gaveUp) {
		fmt.Println(gaveUp.Attempts, errors.Is(err, errDown))
	}
	// Output: 2 true
}

func ExampleOnRetry() {
	ctx := context.Background()
	busy := true
	err := entocc.Retry(ctx, func(context.Context) error {
		if busy {
			busy = false
			return &entocc.RecordModifiedError{Type: "User", ID: 1, Expected: int64(1), Actual: int64(2)}
		}
		return nil
	}, entocc.OnRetry(func(attempt int, err error, wait time.Duration) {
		fmt.Printf("attempt %d: %v\n", attempt, err)
	}))
	fmt.Println(err)
	// Output:
	// attempt 1: entocc: User 1 was modified by somebody else: the caller expected version 1, the row has 2
	// <nil>
}

// The waits are random, so that writers who collided do not come back together.
func ExampleBackoff() {
	ctx := context.Background()
	conflict := &entocc.RecordModifiedError{Type: "User", ID: 1}
	_ = entocc.Retry(ctx, func(context.Context) error { return conflict },
		entocc.Attempts(3),
		entocc.Backoff(time.Millisecond, 5*time.Millisecond),
		entocc.OnRetry(func(attempt int, _ error, wait time.Duration) {
			fmt.Println(attempt, wait <= 5*time.Millisecond)
		}))
	// Output:
	// 1 true
	// 2 true
}

// A program's own errors can be worth another attempt.
func ExampleRetryIf() {
	errWarmingUp := errors.New("warming up")
	attempt := 0
	err := entocc.Retry(context.Background(), func(context.Context) error {
		if attempt++; attempt == 1 {
			return errWarmingUp
		}
		return nil
	}, entocc.RetryIf(func(err error) bool {
		return errors.Is(err, errWarmingUp) || entocc.IsRetryable(err)
	}))
	fmt.Println(attempt, err)
	// Output: 2 <nil>
}

// A repository method can find out whether its caller will run it again.
func ExampleRetrying() {
	ctx := context.Background()
	fmt.Println(entocc.Retrying(ctx))
	_ = entocc.Retry(ctx, func(ctx context.Context) error {
		fmt.Println(entocc.Retrying(ctx))
		return nil
	})
	// Output:
	// false
	// true
}
