// Package batch writes many rows in few statements, each guarded by its own version.
//
// A batch runs the hooks of every builder around the write of all rows, finds rows that one statement can carry out
// (chunk.go), joins them (statement.go, case.go, delete.go), learns from the database which rows matched (joined.go,
// scan.go) and, if the database undid everything, writes them once more in another way (tx.go).
//
// Shown on each database by these scenario groups of internal/suite: Batch, BatchDelete. integration/databases adds
// faults in the middle of a batch.
package batch
