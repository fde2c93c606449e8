// Package verify checks rows that a transaction read but did not write, when it commits. In JPA this is
// LockModeType.OPTIMISTIC.
package verify
