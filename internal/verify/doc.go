// Package verify checks rows that a transaction read but did not write, when it commits. In JPA this is
// LockModeType.OPTIMISTIC.
//
// Shown on each database by these scenario groups of internal/suite: Verify, VerifyAgain.
package verify
