package history_test

import (
	"flag"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "the seed of the processes and the faults; 0 for another one each time")

// seed returns the seed of a test. It determines what the processes and the faults do, but not what the scheduler does.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := *seedFlag
	if n == 0 {
		n = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", n)
	return n
}
