package history

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"
)

// Draw draws the operations on one row as an SVG: a line for each process, a bar from call to answer for each
// operation. Green bars were done, grey ones refused, red ones are impossible; a bar without an end has an unknown
// outcome.
func Draw(title, row string, ops []*Op, bad map[string]bool) string {
	const width, left, height = 980, 90, 34
	processes := processesOf(ops)
	start, end := spanOf(ops)
	x := func(at time.Duration) float64 {
		return left + float64(at-start)/float64(max(end-start, 1))*(width-left-20)
	}
	var b strings.Builder
	total := 60 + height*len(processes)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", width, total)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/><text x="8" y="18" font-size="13">%s</text>`+"\n", html.EscapeString(title))
	for i, p := range processes {
		y := 36 + i*height
		name := fmt.Sprintf("process %d", p)
		if p < 0 {
			name = "set-up"
		}
		fmt.Fprintf(&b, `<text x="8" y="%d">%s</text><line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#ddd"/>`+"\n", y+14, name, left, width-20, y+22, y+22)
		for n, o := range ops {
			if o.Process == p {
				bar(&b, o, row, x(o.Call), x(min(o.Return, end)), y, n, bad[o.Mark])
			}
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#555">%v</text><text x="%d" y="%d" fill="#555" text-anchor="end">%v</text>`+"\n</svg>\n",
		left, total-6, start.Round(time.Microsecond), width-20, total-6, end.Round(time.Microsecond))
	return b.String()
}

func bar(b *strings.Builder, o *Op, row string, from, to float64, y, n int, bad bool) {
	color, dash := "#9bd19b", ""
	switch {
	case bad:
		color = "#e57373"
	case o.Outcome == Refused:
		color = "#d5d5d5"
	case o.Outcome == Unknown:
		color, dash = "#ffe08a", ` stroke="#b58900" stroke-dasharray="3 2"`
	}
	up := n % 2 * 9 // Neighbours are staggered, so that their labels can be read.
	fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="8" fill="%s"%s><title>%s</title></rect><text x="%.1f" y="%d" font-size="9">%s</text>`+"\n",
		from, y+18, max(to-from, 2), color, dash, html.EscapeString(o.String()), from, y+8+up, html.EscapeString(label(o, row)))
}

// label is the text at a bar: "read 3", "save 3 to 4".
func label(o *Op, row string) string {
	for _, w := range o.Writes {
		if w.Row == row {
			return o.Do + " " + versions(w)
		}
	}
	for _, r := range o.Reads {
		if r.Row == row && r.Gone {
			return o.Do + " gone"
		} else if r.Row == row {
			return fmt.Sprintf("%s %d", o.Do, r.Version)
		}
	}
	return o.Do
}

func versions(w Cell) string {
	from, to := "?", "?"
	if w.From > 0 {
		from = fmt.Sprint(w.From)
	}
	if w.Version > 0 {
		to = fmt.Sprint(w.Version)
	}
	return from + "→" + to
}

func processesOf(ops []*Op) []int {
	var all []int
	for _, o := range ops {
		if !slices.Contains(all, o.Process) {
			all = append(all, o.Process)
		}
	}
	slices.Sort(all)
	return all
}

func spanOf(ops []*Op) (start, end time.Duration) {
	start = ops[0].Call
	for _, o := range ops {
		start, end = min(start, o.Call), max(end, o.Call)
		if o.Outcome != Unknown {
			end = max(end, o.Return)
		}
	}
	return start, end
}

// OnRow returns the operations on a row.
func OnRow(ops []*Op, row string) []*Op {
	is := func(c Cell) bool { return c.Row == row }
	var found []*Op
	for _, o := range ops {
		if slices.ContainsFunc(o.Reads, is) || slices.ContainsFunc(o.Writes, is) {
			found = append(found, o)
		}
	}
	return found
}
