// Package history looks for lost updates from outside, as Jepsen does. Processes work on a few rows with the public API
// of a generated client. Each operation is recorded: when it was called, when it answered, and what the answer said. An
// answer that entocc calls unknown stays open. Faults are injected meanwhile. Checkers then ask whether any order of
// the operations explains all answers.
//
//	Op, History     what is recorded, and the file of JSON lines
//	World           a database, its nodes, and the faults that fit it
//	Workload        what the processes do, and what must hold afterwards
//	Linear          the versioned register: every row, in real time (porcupine)
//	Lists           every write is in the rows once, or not at all, and each bumped once
//	Serial          transactions: no cycle of who read or overwrote whose version
//	Run             one round: rows, processes, faults, final reads, checks
//
// The naive guards of control.go run in the same rounds, and must be caught.
package history
