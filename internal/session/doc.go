// Package session is what each database's connections need: drivers that name a lost outcome, transactions and their ends,
// savepoints, locks of rows, compound statements, and what a transaction knows of its own writes. Each habit of a database
// stands here once; whoever writes or reads calls it by name.
//
//	EachRow        read rows to their end, and keep Close's error
//	ExecAffected   send a statement, and count the rows
//	Lock           keep others from a row until the transaction ends
//	BeginWriting   the same for a database without locks of rows
//	Atomically     begin, work, commit; roll back after an error, a panic, runtime.Goexit
//	Begin          the same within a transaction that goes on: a savepoint
//	TxOf           the transaction that a driver belongs to
package session
