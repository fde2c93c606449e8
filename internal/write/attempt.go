package write

import "sync/atomic"

// Attempt is one run of a transaction by client.RetryTx. The attempt's clients, and everything made from them, hold it.
// Resolvers don't handle conflicts in an attempt, because the whole transaction is run again. The attempt ends with its
// transaction, so entities that outlive the transaction (ent's Unwrap) behave like any others.
type Attempt struct{ over atomic.Bool }

// End ends the attempt.
func (a *Attempt) End() { a.over.Store(true) }

// Running reports whether the attempt is under way. A nil attempt is not running.
func (a *Attempt) Running() bool { return a != nil && !a.over.Load() }

// In notes the attempt in which the mutation is made, or nil.
func (a *Attempt) In(e *Expectation) { e.Attempt = a }
