package history

import (
	"fmt"
	"slices"
)

// Lists checks rows in which every write leaves its mark at the end of a list. Each write that was acknowledged is in
// all its rows, once; each refused one in none; an unknown one in all or in none; nothing else is there. A read must
// have seen a prefix of the row's list. With counted, each mark bumped the version by one, and nothing else did.
//
// final, the last operation, has read the rows.
func Lists(ops []*Op, final *Op, counted bool) []Violation {
	c := listCheck{writers: make(map[string]*Op), final: make(map[string]Cell), counted: counted}
	for _, o := range ops {
		c.writers[o.Mark] = o
	}
	for _, cell := range final.Reads {
		c.final[cell.Row] = cell
		c.row(cell)
	}
	for _, o := range ops {
		c.writes(o)
		c.reads(o)
	}
	return c.found
}

type listCheck struct {
	writers map[string]*Op
	final   map[string]Cell
	counted bool
	found   []Violation
}

func (c *listCheck) report(row string, ops []*Op, format string, args ...any) {
	c.found = append(c.found, Violation{Row: row, What: fmt.Sprintf(format, args...), Ops: ops})
}

// row checks the marks of a row.
func (c *listCheck) row(cell Cell) {
	seen := make(map[string]bool)
	for _, mark := range cell.List {
		o := c.writers[mark]
		switch {
		case o == nil || !slices.ContainsFunc(o.Writes, func(w Cell) bool { return w.Row == cell.Row }):
			c.report(cell.Row, nil, "mark %s belongs to no operation: an invented write", mark)
		case seen[mark]:
			c.report(cell.Row, []*Op{o}, "a write was applied twice")
		case o.Outcome == Refused:
			c.report(cell.Row, []*Op{o}, "a refused write is there")
		}
		seen[mark] = true
	}
	if c.counted && cell.Version != int64(len(cell.List)) {
		c.report(cell.Row, nil, "version %d after %d writes", cell.Version, len(cell.List))
	}
}

// writes checks the marks of an operation.
func (c *listCheck) writes(o *Op) {
	there := 0
	for _, w := range o.Writes {
		if w.Mark != "" {
			continue // It went into another field.
		}
		at := slices.Index(c.final[w.Row].List, o.Mark)
		switch {
		case at >= 0:
			there++
			if c.counted && o.Outcome == Done && w.Version != 0 && w.Version != int64(at+1) {
				c.report(w.Row, []*Op{o}, "the answer was version %d, but the write made version %d", w.Version, at+1)
			}
		case o.Outcome == Done:
			c.report(w.Row, []*Op{o}, "an acknowledged write is lost")
		}
	}
	if o.Outcome == Unknown && !o.Each && there > 0 && there < len(o.Writes) {
		c.report("", []*Op{o}, "%d of %d rows were written: neither all nor none", there, len(o.Writes))
	}
}

// reads compares what an operation saw with the final rows.
func (c *listCheck) reads(o *Op) {
	for _, r := range o.Reads {
		if r.List == nil {
			continue
		}
		final := c.final[r.Row].List
		if len(r.List) > len(final) || !slices.Equal(r.List, final[:len(r.List)]) {
			c.report(r.Row, []*Op{o}, "it saw %v, which is not a prefix of %v: what it saw is lost", r.List, final)
		}
		if c.counted && r.Version != int64(len(r.List)) {
			c.report(r.Row, []*Op{o}, "it saw version %d with %d writes", r.Version, len(r.List))
		}
	}
}
