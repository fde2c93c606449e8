package history

import (
	"fmt"
	"slices"
)

// Serial checks that the transactions have an order. It draws an arrow from each to those that read or overwrote what
// it wrote, and from each to those that overwrote what it read, and looks for a cycle. Two transactions that each read
// what the other one overwrites (write skew) are a cycle. The rows keep lists of marks, so the order of their versions
// is known.
func Serial(ops []*Op, final *Op) []Violation {
	g := graph{after: make(map[*Op][]arrow), state: make(map[*Op]int)}
	writers := make(map[string]*Op)
	for _, o := range ops {
		writers[o.Mark] = o
	}
	next := make(map[string]map[int]*Op) // by row: who wrote the mark at this place
	for _, cell := range final.Reads {
		next[cell.Row] = make(map[int]*Op)
		for i, mark := range cell.List {
			next[cell.Row][i] = writers[mark]
			if i > 0 {
				g.add(writers[cell.List[i-1]], writers[mark], "overwrote in "+cell.Row)
			}
		}
	}
	for _, o := range ops {
		if o.Outcome == Refused || o == final || !applied(o, next) {
			continue
		}
		for _, r := range o.Reads {
			if len(r.List) > 0 {
				g.add(writers[r.List[len(r.List)-1]], o, "was read in "+r.Row)
			}
			g.add(o, next[r.Row][len(r.List)], "read what was overwritten in "+r.Row)
		}
	}
	for _, o := range ops {
		if cycle := g.cycle(o, nil); cycle != nil {
			return []Violation{cycle.violation()}
		}
	}
	return nil
}

// applied reports whether the operation's writes are there: only then do its reads count.
func applied(o *Op, next map[string]map[int]*Op) bool {
	for _, w := range o.Writes {
		for _, writer := range next[w.Row] {
			if writer == o {
				return true
			}
		}
	}
	return o.Outcome == Done
}

type arrow struct {
	to  *Op
	why string
}

type graph struct {
	after map[*Op][]arrow
	state map[*Op]int
}

type path []arrow

func (g *graph) add(from, to *Op, why string) {
	if from != nil && to != nil && from != to {
		g.after[from] = append(g.after[from], arrow{to, why})
	}
}

// The states of an operation in the search.
const (
	entered = 1
	left    = 2
)

// cycle returns the arrows of a cycle that can be reached from o.
func (g *graph) cycle(o *Op, way path) path {
	switch g.state[o] {
	case left:
		return nil
	case entered:
		start := slices.IndexFunc(way, func(a arrow) bool { return a.to == o })
		return way[start+1:]
	}
	g.state[o] = entered
	if way == nil {
		way = path{{to: o}}
	}
	for _, a := range g.after[o] {
		if found := g.cycle(a.to, append(way[:len(way):len(way)], a)); found != nil {
			return found
		}
	}
	g.state[o] = left
	return nil
}

func (p path) violation() Violation {
	v := Violation{What: "the transactions have no order:"}
	for i, a := range p {
		before := p[(i+len(p)-1)%len(p)].to
		v.What += fmt.Sprintf(" %s %s, by %s;", before.Mark, a.why, a.to.Mark)
		v.Ops = append(v.Ops, a.to)
	}
	return v
}
