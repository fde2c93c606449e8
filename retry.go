package entocc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"
)

// RetryOption configures [Retry] and what is built on it: client.RetryTx and client.T.Modify of generated clients.
type RetryOption func(*RetryConfig)

// RetryConfig is what the options of a retry set. Generated code reads it.
type RetryConfig struct {
	// TxOptions are those of each transaction of client.RetryTx.
	TxOptions *sql.TxOptions

	attempts  int
	base, cap time.Duration
	retryable func(error) bool
	notify    func(attempt int, err error, wait time.Duration)
}

// NewRetryConfig returns the defaults with opts applied: 10 attempts, waits between 0 and 2 ms after the first one,
// doubled with each attempt up to 250 ms, and every error that [IsRetryable] knows.
func NewRetryConfig(opts ...RetryOption) *RetryConfig {
	c := &RetryConfig{attempts: 10, base: 2 * time.Millisecond, cap: 250 * time.Millisecond, retryable: IsRetryable}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// Attempts bounds how often the work is run; 0 or less means until the context ends.
func Attempts(n int) RetryOption { return func(c *RetryConfig) { c.attempts = n } }

// Backoff sets how long to wait before the next attempt: a random time (full jitter) between 0 and base, which doubles
// with each attempt up to limit. Writers that collided do not come back at the same time.
func Backoff(base, limit time.Duration) RetryOption {
	return func(c *RetryConfig) { c.base, c.cap = base, limit }
}

// RetryIf replaces [IsRetryable] as the test of which errors are worth another attempt.
func RetryIf(retryable func(error) bool) RetryOption {
	return func(c *RetryConfig) { c.retryable = retryable }
}

// OnRetry is called before each wait, for logs and metrics.
func OnRetry(notify func(attempt int, err error, wait time.Duration)) RetryOption {
	return func(c *RetryConfig) { c.notify = notify }
}

// TxOptions sets the isolation level of each transaction of client.RetryTx.
func TxOptions(opts *sql.TxOptions) RetryOption {
	return func(c *RetryConfig) { c.TxOptions = opts }
}

// RetryError reports that a retry gave up. It wraps the error of the last attempt.
type RetryError struct {
	// Attempts is how often the work was run.
	Attempts int
	// Err is the error of the last attempt, joined with the context's where that ended the retry.
	Err error
}

// Error returns the number of attempts and the last error.
func (e *RetryError) Error() string {
	return fmt.Sprintf("entocc: gave up after %d attempts: %v", e.Attempts, e.Err)
}

// Unwrap returns Err.
func (e *RetryError) Unwrap() error { return e.Err }

// Retry runs fn, and again from its start while it ends in an error that another attempt may fix: a row that was
// modified meanwhile, a serialization failure, a deadlock, a lock timeout, a busy database. Everything else comes back
// at once. fn must read again what it decides by; in a transaction, use client.RetryTx, which opens a new one for each
// attempt.
//
//	err := entocc.Retry(ctx, func(ctx context.Context) error {
//		u, err := client.User.Get(ctx, id)
//		if err != nil {
//			return err
//		}
//		return u.Update().SetBalance(u.Balance - 10).Exec(ctx)
//	})
//
// Conflicts of writes by the context that fn is given are not handed to resolvers (hook.OnModified): they are what the
// retry is for.
//
// A retry inside a transaction that fn does not open itself can never succeed, as the transaction goes on seeing what it
// saw, or is dead: it is refused. Caches between ent and the database have to stand aside, or fn reads its
// old row from them again.
func Retry(ctx context.Context, fn func(context.Context) error, opts ...RetryOption) error {
	c := NewRetryConfig(opts...)
	ctx = context.WithValue(ctx, retryKey{}, true)
	var last any
	for attempt := 1; ; attempt++ {
		err := fn(ctx)
		if err == nil || !c.retryable(err) {
			return err
		}
		tx := transactionOf(err)
		if tx != nil && tx == last {
			return &RetryError{attempt, fmt.Errorf("a retry inside one transaction can't succeed: run the whole transaction again with client.RetryTx: %w", err)}
		}
		last = tx
		if attempt == c.attempts {
			return &RetryError{attempt, err}
		}
		if werr := c.wait(ctx, attempt, err); werr != nil {
			return &RetryError{attempt, errors.Join(werr, err)}
		}
	}
}

type retryKey struct{}

// Retrying reports whether ctx is that of an attempt of [Retry], or comes from it.
func Retrying(ctx context.Context) bool { return ctx.Value(retryKey{}) != nil }

// wait sleeps for a random time, or until the context ends.
func (c *RetryConfig) wait(ctx context.Context, attempt int, err error) error {
	limit := c.base << min(attempt-1, 30)
	if limit <= 0 || limit > c.cap {
		limit = c.cap
	}
	var wait time.Duration
	if limit > 0 {
		wait = rand.N(limit)
	}
	if c.notify != nil {
		c.notify(attempt, err, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return ctx.Err()
	}
}

// InTransaction notes on a conflict in which transaction it was met, for [Retry]. Generated code calls it.
func (e *RecordModifiedError) InTransaction(tx any) { e.tx = tx }

// InOpenTx reports whether the conflict was met in a transaction of its caller that is not known to have ended. What Current reads then, and
// Actual, may be what the transaction itself has written and never commits: do not hand it to somebody outside of it, who
// could write from a version that somebody else makes later. Package occgql does not.
func (e *RecordModifiedError) InOpenTx() bool {
	if e.tx == nil {
		return false
	}
	state := reflect.ValueOf(e.tx).MethodByName("TxState") // Its type belongs to the runtime of generated code.
	if !state.IsValid() || state.Type().NumIn() != 0 || state.Type().NumOut() != 1 {
		return true
	}
	ender, ok := state.Call(nil)[0].Interface().(interface{ Ended() bool })
	return !ok || !ender.Ended()
}

// transactionOf returns the transaction in which the conflict was met, or nil.
func transactionOf(err error) any {
	var modified *RecordModifiedError
	if errors.As(err, &modified) {
		return modified.tx
	}
	return nil
}
