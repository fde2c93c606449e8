package write

import "entgo.io/ent/dialect"

// widest is the largest number of columns that RETURNING reads on SQLite. SQLite compiles a statement each time that it
// is sent, and compiles RETURNING as a trigger, which takes longer for each column than a SELECT of the row.
// Microseconds of UPDATE .. RETURNING, and of BEGIN, UPDATE, SELECT and COMMIT, sent by hand (SQLite 3.54,
// mattn/go-sqlite3 1.14.53):
//
//	columns                        3      20      40       60
//	one CPU                   16, 22  44, 36  76, 56  117, 87
//	two CPUs, both busy       16, 26  42, 48  76, 83  110, 113
//	statements kept compiled  10, 18  15, 24  23, 31  30, 42
//
// Beyond fifty columns the transaction is slower only for programs whose driver caches compiled statements
// (_stmt_cache_size), and they have gained more from the cache than they lose here.
const widest = 50

// wide reports whether the row should be read by a SELECT even though the database has RETURNING.
func (w *Write) wide(d string) bool {
	return d == dialect.SQLite && len(w.Spec.Node.Columns) > widest
}
