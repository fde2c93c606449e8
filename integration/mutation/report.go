package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// score is a table of the rooms.
func score(mutants []mutant, tests []*test) string {
	type row struct{ all, killed, late, unreached int }
	rows := make(map[string]*row)
	total := &row{}
	for _, m := range mutants {
		if m.verdict == unseen {
			continue
		}
		room := filepath.Dir(m.file)
		if rows[room] == nil {
			rows[room] = &row{}
		}
		for _, r := range []*row{rows[room], total} {
			r.all++
			switch {
			case m.verdict == killed:
				r.killed++
			case m.verdict == late:
				r.late++
			case !m.reached:
				r.unreached++
			}
		}
	}
	var out strings.Builder
	out.WriteString("| room | changes shown | noticed | by not ending | not noticed | of these reached by no test | score |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	line := func(name string, r *row) {
		noticed := r.killed + r.late
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d | %d | %.1f %% |\n",
			name, r.all, noticed, r.late, r.all-noticed, r.unreached, 100*float64(noticed)/float64(r.all))
	}
	for _, room := range rooms {
		if rows[room] != nil {
			line(room, rows[room])
		}
	}
	line("**all**", total)
	out.WriteString("\n")
	for _, t := range tests {
		fmt.Fprintf(&out, "- %s: %d noticed that those before had not\n", t.name, t.killed)
	}
	return out.String()
}

// write writes the score and the survivors into a folder.
func write(dir string, mutants []mutant, tests []*test) error {
	var list strings.Builder
	for _, m := range mutants {
		if m.verdict != survived && m.verdict != "" {
			continue
		}
		reached := ""
		if !m.reached {
			reached = " (reached by no test)"
		}
		fmt.Fprintf(&list, "%s:%d: %s: %s%s\n", m.file, m.line, m.kind, m.code, reached)
	}
	if err := os.WriteFile(filepath.Join(dir, "survivors.txt"), []byte(list.String()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "score.md"), []byte(score(mutants, tests)), 0o644)
}
