// Package write carries out writes of one row that are guarded by its version.
//
// How a save runs: generated code hands the mutation's [Expectation] and ent's own sqlgraph.UpdateSpec to [UpdateOne], which
// asks the expectation for the versions that are accepted, or refuses the save. The [Write] that comes back goes one of these
// ways (route in write.go):
//
//	route       when                                                statements
//	touching    it bumps, or expects, the version of a parent       BEGIN, lock, the save, bumps, COMMIT
//	checking    there is nothing to write, and a version was named  SELECT .. that locks
//	inTx        edges in other tables; SQLite with a wide row       BEGIN, UPDATE, edges, SELECT, COMMIT
//	thenRead    MySQL's dialect                                     a compound statement and COMMIT, or inTx
//	exec        nobody wants the row; nobody reads it, on SQLite    UPDATE
//	returning   all others                                          UPDATE .. RETURNING
//
// Where nobody can look at the row, as after Exec, its key and version are all that is read ([Expectation.Unread]): they tell that
// a trigger has not kept the write. On SQLite the number of rows does, as no trigger there can change what a write sets.
//
// Each UPDATE carries the guard, WHERE .. AND version = expected. Only when it matches no row does a probe ask why
// (explain.go). A batch takes the writes of many builders through the interface [Slot] and sends them together; nothing
// here knows more of it.
package write
