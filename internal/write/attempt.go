package write

import "sync/atomic"

// Attempt is one run of a transaction by client.RetryTx. Its clients hold it, and what is made from them: conflicts in it
// are not for resolvers, as the whole transaction is run again. It is over when the transaction is, so that entities which
// outlive the transaction (ent's Unwrap) are as any others.
type Attempt struct{ over atomic.Bool }

// End ends the attempt.
func (a *Attempt) End() { a.over.Store(true) }

// Running reports whether the attempt is under way. A nil one is none.
func (a *Attempt) Running() bool { return a != nil && !a.over.Load() }

// In notes in which attempt the mutation is made; nil for none.
func (a *Attempt) In(e *Expectation) { e.Attempt = a }
