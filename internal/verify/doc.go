// Package verify checks rows that a transaction has read and not written, when it commits. In JPA this is
// LockModeType.OPTIMISTIC.
package verify
