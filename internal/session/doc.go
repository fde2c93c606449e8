// Package session has what each database's connections need: drivers that name a lost outcome, transactions and their
// ends, savepoints, row locks, compound statements, and what a transaction knows about its own writes. Each peculiarity
// of a database is handled here once; code that writes or reads calls it by name.
//
//	EachRow        read rows to their end, and keep Close's error
//	ExecAffected   send a statement, and count the rows
//	Lock           lock a row against others until the transaction ends
//	BeginWriting   the same for a database without row locks
//	Atomically     begin, work, commit; roll back after an error, a panic, runtime.Goexit
//	Begin          the same within a transaction that goes on: a savepoint
//	TxOf           the transaction that a driver belongs to
//
// Shown on each database by these scenario groups of internal/suite: Tx, Ghost, Concurrency. integration/databases
// adds lost answers, killed statements and deadlines.
package session
