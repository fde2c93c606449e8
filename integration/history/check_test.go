package history_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	. "github.com/entocc/entocc/integration/history"
)

// op builds an operation that was called and answered at these times.
func op(mark, do string, call, answer int64, outcome Outcome) *Op {
	return &Op{Mark: mark, Do: do, Call: ms(call), Return: ms(answer), Outcome: outcome}
}

// ms returns a time in a history.
func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func reads(o *Op, cells ...Cell) *Op  { o.Reads = cells; return o }
func writes(o *Op, cells ...Cell) *Op { o.Writes = cells; return o }

func created() *Op {
	return writes(op("1", "create", 0, 1, Done), Cell{Row: "a", Version: 1})
}

func TestLinear_OneAfterTheOtherIsSound(t *testing.T) {
	assert.Empty(t, Linear([]*Op{
		created(),
		writes(op("2", "save", 2, 5, Done), Cell{Row: "a", From: 1, Version: 2}),
		reads(op("3", "save", 2, 6, Refused), Cell{Row: "a", Version: 2}),
		reads(op("4", "read", 7, 8, Done), Cell{Row: "a", Version: 2, Mark: "2"}),
	}, nil, false))
}

func TestLinear_TwoFromOneVersionAreALostUpdate(t *testing.T) {
	found := Linear([]*Op{
		created(),
		writes(op("2", "save", 2, 5, Done), Cell{Row: "a", From: 1, Version: 2}),
		writes(op("3", "save", 2, 6, Done), Cell{Row: "a", From: 1, Version: 2}),
	}, nil, false)
	require.Len(t, found, 1)
	assert.Equal(t, "3", found[0].Ops[len(found[0].Ops)-1].Mark, "the impossible one comes last: %v", found[0])
}

func TestLinear_ReadOfThePastIsFound(t *testing.T) {
	ops := []*Op{
		created(),
		writes(op("2", "save", 2, 5, Done), Cell{Row: "a", From: 1, Version: 2}),
		reads(op("3", "read", 6, 8, Done), Cell{Row: "a", Version: 1, Mark: "1"}),
	}
	assert.Len(t, Linear(ops, nil, false), 1)
	assert.Empty(t, Linear(ops, nil, true), "a node that lags")
}

func TestLinear_UnknownMayHaveHappenedOrNot(t *testing.T) {
	unknown := writes(op("2", "save", 2, 3, Unknown), Cell{Row: "a", From: 1})
	for _, seen := range []Cell{{Row: "a", Version: 1, Mark: "1"}, {Row: "a", Version: 2, Mark: "2"}} {
		assert.Empty(t, Linear([]*Op{created(), unknown, reads(op("3", "read", 9, 10, Done), seen)}, nil, false), "%v", seen)
	}
	later := []*Op{
		created(), unknown,
		reads(op("3", "read", 9, 10, Done), Cell{Row: "a", Version: 1, Mark: "1"}),
		reads(op("4", "read", 11, 12, Done), Cell{Row: "a", Version: 2, Mark: "2"}),
	}
	assert.Empty(t, Linear(later, nil, false), "it had not arrived yet")
	assert.Len(t, Linear(append(later, reads(op("5", "read", 13, 14, Done), Cell{Row: "a", Version: 1, Mark: "1"})), nil, false), 1, "a read can't be undone")
}

func TestLinear_RefusedButAppliedIsFound(t *testing.T) {
	assert.Len(t, Linear([]*Op{
		created(),
		writes(op("2", "save", 2, 3, Refused), Cell{Row: "a", From: 1}),
		reads(op("3", "read", 9, 10, Done), Cell{Row: "a", Version: 2, Mark: "2"}),
	}, nil, false), 1)
}

func TestLinear_DeletedRowsStartAgain(t *testing.T) {
	ops := []*Op{
		created(),
		writes(op("2", "delete", 2, 3, Done), Cell{Row: "a", From: 1, Gone: true}),
		reads(op("3", "read", 4, 5, Done), Cell{Row: "a", Gone: true}),
		writes(op("4", "create", 6, 7, Done), Cell{Row: "a"}),
		reads(op("5", "read", 8, 9, Done), Cell{Row: "a", Version: 1, Mark: "4"}),
	}
	assert.Empty(t, Linear(ops, nil, false))
	assert.Len(t, Linear(append(ops, writes(op("6", "save", 10, 11, Done), Cell{Row: "a", From: 3, Version: 4})), nil, false), 1)
}

func final(cells ...Cell) *Op { return reads(op("last", "read", 90, 91, Done), cells...) }

func TestLists_FindWhatIsLostDoubledRefusedInventedOrHalf(t *testing.T) {
	two := []Cell{{Row: "a"}, {Row: "b"}}
	lists := func(a ...string) *Op {
		return final(Cell{Row: "a", Version: int64(len(a)), List: a}, Cell{Row: "b", Version: 1, List: []string{"0"}})
	}
	start := writes(op("0", "create", 0, 1, Done), two...)
	for name, c := range map[string]struct {
		op    *Op
		final *Op
	}{
		"lost":     {writes(op("2", "add", 2, 3, Done), two[0]), lists("0")},
		"twice":    {writes(op("2", "add", 2, 3, Done), two[0]), lists("0", "2", "2")},
		"refused":  {writes(op("2", "add", 2, 3, Refused), two[0]), lists("0", "2")},
		"invented": {op("2", "read", 2, 3, Done), lists("0", "7")},
		"neither":  {writes(op("2", "both", 2, 3, Unknown), two...), lists("0", "2")},
		"saw":      {reads(op("2", "read", 2, 3, Done), Cell{Row: "a", Version: 2, List: []string{"0", "5"}}), lists("0")},
		"version 2": {
			op("2", "read", 2, 3, Done),
			final(Cell{Row: "a", Version: 2, List: []string{"0"}}, Cell{Row: "b", Version: 1, List: []string{"0"}}),
		},
	} {
		found := Lists([]*Op{start, c.op}, c.final, true)
		if assert.NotEmpty(t, found, name) {
			assert.Contains(t, found[0].String(), name)
		}
	}
	assert.Empty(t, Lists([]*Op{start, writes(op("2", "add", 2, 3, Unknown), two[0])}, lists("0", "2"), true))
	assert.Empty(t, Lists([]*Op{start, writes(op("2", "both", 2, 3, Unknown), two...)}, lists("0"), true))
}

func TestSerial_WriteSkewIsACircle(t *testing.T) {
	start := writes(op("0", "create", 0, 1, Done), Cell{Row: "a"}, Cell{Row: "b"})
	seen := func(row string) Cell { return Cell{Row: row, Version: 1, List: []string{"0"}} }
	one := writes(reads(op("1", "leave", 2, 5, Done), seen("b")), Cell{Row: "a"})
	other := writes(reads(op("2", "leave", 2, 5, Done), seen("a")), Cell{Row: "b"})
	after := func(a, b []string) *Op { return final(Cell{Row: "a", List: a}, Cell{Row: "b", List: b}) }

	found := Serial([]*Op{start, one, other}, after([]string{"0", "1"}, []string{"0", "2"}))
	require.Len(t, found, 1)
	assert.Len(t, found[0].Ops, 2)
	other.Outcome = Refused
	assert.Empty(t, Serial([]*Op{start, one, other}, after([]string{"0", "1"}, []string{"0"})))
}

func TestHistory_IsReadAsItWasWritten(t *testing.T) {
	h := New()
	o := h.Begin(3, "save")
	o.Writes = []Cell{{Row: "a", From: 1, Version: 2}}
	h.End(o, nil)
	h.End(h.Begin(4, "save"), &entocc.OutcomeUnknownError{Type: "User", ID: 1, Err: errors.New("gone")})
	h.End(h.Begin(5, "save"), &entocc.RecordModifiedError{Type: "User", ID: 1})
	var file bytes.Buffer
	_, err := h.WriteTo(&file)
	require.NoError(t, err)
	read, err := Read(&file)
	require.NoError(t, err)
	assert.Equal(t, h.Ops(), read.Ops())
	assert.Equal(t, []Outcome{Done, Unknown, Refused}, []Outcome{read.Ops()[0].Outcome, read.Ops()[1].Outcome, read.Ops()[2].Outcome})
	assert.False(t, read.Ops()[1].Retryable)
	assert.True(t, read.Ops()[2].Retryable)
}
