// Package write carries out writes of one row that are guarded by its version.
//
// How a save runs: generated code passes the mutation's [Expectation] and ent's own sqlgraph.UpdateSpec to [UpdateOne],
// which asks the expectation for the accepted versions, or refuses the save. The returned [Write] takes one of these
// routes (route in write.go):
//
//	route       when                                                statements
//	touching    it bumps, or expects, the version of a parent       BEGIN, lock, the save, bumps, COMMIT
//	checking    there is nothing to write, and a version was named  SELECT .. that locks
//	inTx        edges in other tables; SQLite with a wide row       BEGIN, UPDATE, edges, SELECT, COMMIT
//	thenRead    MySQL's dialect                                     a compound statement and COMMIT, or inTx
//	exec        nobody wants the row; nobody reads it, on SQLite    UPDATE
//	returning   all others                                          UPDATE .. RETURNING
//
// If nobody can look at the row, as after Exec, only its key and version are read ([Expectation.Unread]): they show
// that no trigger has suppressed the write. On SQLite the number of rows shows it, because no trigger there can change
// what a write sets.
//
// Each UPDATE carries the guard, WHERE .. AND version = expected. Only when it matches no row does a probe find out why
// (explain.go). A batch takes the writes of many builders through the interface [Slot] and sends them together; this
// package knows nothing else about batches.
//
// Shown on each database by these scenario groups of internal/suite: Core, Expected, Stated, State, Edges, Values,
// IDs, Ignored, Defaulted, Delete, SetBased, Upsert, Bulk, Halfway, Statements.
package write
