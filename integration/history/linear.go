package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// Violation is something that no order of the operations explains.
type Violation struct {
	// Row is the row that shows it, if it is a single one.
	Row string
	// What describes it in a sentence.
	What string
	// Ops are the operations that contradict each other, where the checker knows them.
	Ops []*Op
}

// String returns the report of the violation.
func (v Violation) String() string {
	text := v.What
	if v.Row != "" {
		text = "row " + v.Row + ": " + text
	}
	for _, o := range v.Ops {
		text += "\n\t" + o.String()
	}
	return text
}

// Linear checks that each row is a linearizable register with a version. A read and a refusal that names the row's version see
// the row as it is at one moment between call and answer; a guarded write finds the version that it expects and leaves the
// next one; an operation of unknown outcome takes effect at any moment after its call, or never.
//
// If the rows keep lists of marks, final has read them, and shows where in the order a write took effect, or that it
// did not. Otherwise final is nil, and each write must state its version. Or else the search would try every unknown
// one everywhere.
//
// With lagging the reads are left out, because a node of a cluster may answer from the past. [Lists] checks what they saw.
func Linear(ops []*Op, final *Op, lagging bool) []Violation {
	var found []Violation
	for row, history := range byRow(ops, final, lagging) {
		switch porcupine.CheckOperationsTimeout(registerModel, history, linearPatience) {
		case porcupine.Illegal:
			found = append(found, Violation{Row: row, What: "no order of the operations explains their answers", Ops: prefix(history)})
		case porcupine.Unknown:
			found = append(found, Violation{Row: row, What: fmt.Sprintf("not decided within %v", linearPatience)})
		}
	}
	return found
}

// linearPatience limits the search for an order. A history of 200 operations takes milliseconds.
const linearPatience = time.Minute

// register is the state of a row. It starts absent.
type register struct {
	exists  bool
	version int64
	mark    string
	// closed says that every known operation is over, so the remaining ones may have had no effect.
	closed bool
}

// action is the part of an operation that one row sees.
type action struct {
	op    *Op
	kind  string // read, write, delete, create, close
	cell  Cell
	maybe bool
}

// byRow splits a history by row. Each part ends with a close, before which an operation of unknown outcome must take
// effect if it does at all. Otherwise the search would try each of them everywhere.
func byRow(ops []*Op, final *Op, lagging bool) map[string][]porcupine.Operation {
	rows := make(map[string][]porcupine.Operation)
	last, places := int64(0), placesOf(final)
	add := func(row string, a action) {
		o := porcupine.Operation{ClientId: max(a.op.Process, 0), Input: a, Call: int64(a.op.Call), Return: int64(a.op.Return)}
		if a.maybe {
			o.Return = math.MaxInt64
		} else {
			last = max(last, o.Return)
		}
		rows[row] = append(rows[row], o)
	}
	for _, o := range ops {
		for _, c := range o.Reads {
			if o.Outcome != Unknown && !lagging {
				add(c.Row, action{op: o, kind: "read", cell: c})
			}
		}
		for _, c := range o.Writes {
			if c, had := places.from(o, c); had {
				add(c.Row, action{op: o, kind: kindOf(o, c), cell: c, maybe: o.Outcome == Unknown})
			}
		}
	}
	for row := range rows {
		rows[row] = append(rows[row], closing(last))
	}
	return rows
}

// places are the positions of the marks in the rows' lists.
type places map[string]map[string]int

func placesOf(final *Op) places {
	if final == nil {
		return nil
	}
	p := make(places)
	for _, c := range final.Reads {
		p[c.Row] = make(map[string]int)
		for i, mark := range c.List {
			p[c.Row][mark] = i
		}
	}
	return p
}

// from adds the version that a write started from, and reports whether the write can have had an effect. An unknown one
// without a mark in the list had no effect before the end.
func (p places) from(o *Op, c Cell) (Cell, bool) {
	list := p[c.Row]
	i, there := list[o.Mark]
	if there && i > 0 && c.From == 0 {
		c.From = int64(i)
	}
	return c, o.Outcome == Done || o.Outcome == Unknown && (there || len(list) == 0)
}

func kindOf(o *Op, c Cell) string {
	switch {
	case c.Gone:
		return "delete"
	case o.Do == "create":
		return "create"
	default:
		return "write"
	}
}

var registerModel = porcupine.Model{
	Init: func() any { return register{} },
	Step: func(state, input, _ any) (bool, any) { return input.(action).step(state.(register)) },
}

func (a action) step(r register) (bool, register) {
	switch a.kind {
	case "close":
		r.closed = true
		return true, r
	case "read":
		return a.sees(r), r
	}
	if next, ok := a.apply(r); ok {
		return true, next
	}
	return a.maybe && r.closed, r
}

// sees reports whether the row is as the operation's answer says.
func (a action) sees(r register) bool {
	if a.cell.Gone || !r.exists {
		return a.cell.Gone && !r.exists
	}
	return a.cell.Version == r.version && (a.cell.Mark == "" || a.cell.Mark == r.mark)
}

// apply returns the row after the write, and false where the write can't have happened to it.
func (a action) apply(r register) (register, bool) {
	if a.kind == "create" {
		return register{exists: true, version: 1, mark: a.op.Mark}, !r.exists
	}
	if !r.exists || a.cell.From != 0 && a.cell.From != r.version {
		return r, false
	}
	if a.kind == "delete" {
		return register{}, true
	}
	r.version, r.mark = r.version+1, a.op.Mark
	return r, a.cell.Version == 0 || a.cell.Version == r.version
}

// prefix returns the last operations of the shortest prefix, in the order of answers, that no order explains. The last
// one is the impossible one.
func prefix(history []porcupine.Operation) []*Op {
	sorted := slices.DeleteFunc(slices.Clone(history), func(o porcupine.Operation) bool { return o.Input.(action).kind == "close" })
	slices.SortStableFunc(sorted, func(a, b porcupine.Operation) int { return cmp.Compare(a.Return, b.Return) })
	n := min(len(sorted), 1+sort.Search(len(sorted)-1, func(i int) bool {
		return porcupine.CheckOperationsTimeout(registerModel, answered(sorted, i+1), time.Second) == porcupine.Illegal
	}))
	var ops []*Op
	for _, o := range sorted[max(0, n-12):n] {
		ops = append(ops, o.Input.(action).op)
	}
	return ops
}

// answered returns the n operations that answered first. It adds, as unknown, the writes that were called before the
// last of these answered.
func answered(sorted []porcupine.Operation, n int) []porcupine.Operation {
	short := slices.Clone(sorted[:n])
	end := short[n-1].Return
	for _, o := range sorted[n:] {
		if a := o.Input.(action); a.kind != "read" && o.Call <= end {
			a.maybe, o.Return = true, math.MaxInt64
			o.Input = a
			short = append(short, o)
		}
	}
	return append(short, closing(end))
}

// closing returns the operation after the last answer.
func closing(last int64) porcupine.Operation {
	return porcupine.Operation{Input: action{op: &Op{Do: "close"}, kind: "close"}, Call: min(last, math.MaxInt64-2) + 1, Return: math.MaxInt64 - 1}
}
