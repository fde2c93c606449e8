// Package bench measures entocc side by side with what it is compared to: the same work by ent without it, by other
// libraries and by hand, in the same run and on the same database. The command beside it runs the benchmarks in rounds
// and writes the ratios:
//
//	go run ./integration/bench/cmd/bench
package bench
