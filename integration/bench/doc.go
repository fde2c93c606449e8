// Package bench compares entocc with ent alone, with other libraries and with hand-written code, at the same work, in
// the same run and on the same database. The command beside it runs the benchmarks in rounds and writes the ratios:
//
//	go run ./integration/bench/cmd/bench
package bench
