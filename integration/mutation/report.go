package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// row is a line of the score.
type row struct{ all, killed, late, argued, unreached int }

// add counts a mutant.
func (r *row) add(m mutant) {
	r.all++
	switch {
	case m.verdict == killed:
		r.killed++
	case m.verdict == late:
		r.late++
	case m.verdict == argued:
		r.argued++
	case !m.reached:
		r.unreached++
	}
}

// line returns the row as a line of the table. The first score leaves out what is argued to be equivalent, the second counts everything.
func (r *row) line(name string) string {
	noticed := r.killed + r.late
	percent := func(of int) float64 { return 100 * float64(noticed) / float64(max(of, 1)) }
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %.1f %% | %.1f %% |\n", name, r.all, noticed, r.late,
		r.argued, r.all-r.argued-noticed, r.unreached, percent(r.all-r.argued), percent(r.all))
}

// score returns a table of the packages.
func score(mutants []mutant, tests []*test) string {
	rows := make(map[string]*row)
	total := &row{}
	for _, m := range mutants {
		if m.verdict == unseen {
			continue
		}
		room := filepath.Dir(m.file)
		rows[room] = cmp.Or(rows[room], &row{})
		rows[room].add(m)
		total.add(m)
	}
	var out strings.Builder
	out.WriteString("| room | changes | noticed | by not ending | equivalent | not noticed | of these reached by no test | score | of all changes |\n" +
		"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, room := range rooms {
		if rows[room] != nil {
			out.WriteString(rows[room].line(room))
		}
	}
	out.WriteString(total.line("**all**") + "\n")
	for _, t := range tests {
		fmt.Fprintf(&out, "- %s: %d noticed that those before had not\n", t.name, t.killed)
	}
	return out.String()
}

// survivors lists what no test has noticed.
func survivors(mutants []mutant) string {
	var list strings.Builder
	for _, m := range mutants {
		if m.verdict != survived && m.verdict != "" {
			continue
		}
		reached := ""
		if !m.reached {
			reached = unreached
		}
		fmt.Fprintf(&list, "%s:%d: %s%s\n", m.file, m.line, m.description(), reached)
	}
	return list.String()
}

const unreached = " (reached by no test)"

// write writes the score and the survivors into a folder.
func write(dir string, mutants []mutant, tests []*test) error {
	if err := os.WriteFile(filepath.Join(dir, "survivors.txt"), []byte(survivors(mutants)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "score.md"), []byte(score(mutants, tests)), 0o644)
}
