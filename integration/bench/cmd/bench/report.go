package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// sides explains each side of a comparison.
var sides = [...][2]string{
	{"ent", "ent of the same schema without the mixin and the extension; in UpdateBulk one UpdateOne for each row, in one transaction"},
	{"raw", "a hand-written guarded statement through database/sql that returns the row; on MariaDB UPDATE and SELECT in a transaction"},
	{"handmade", "the hook of ent's documentation: OldVersion, SetVersion, Where"},
	{"forupdate", "ent's SELECT .. FOR UPDATE and UPDATE in a transaction"},
	{"immediate", "SQLite's lock of the whole database: ent's SELECT and UPDATE in a transaction that begins with BEGIN IMMEDIATE"},
	{"gorm", "the statement of GORM's optimisticlock plugin, written with GORM, and the read that its users need for the new version"},
	{"xorm", "xorm's version tag, which does not return the row; Peer is the save of Exec, in a module outside of the workspace"},
	{"go", "go vet's own analyzers, on a project that is compiled but that neither side has analyzed"},
	{"bun", "a hand-written guard with bun, with RETURNING; on MariaDB followed by a read"},
}

// table writes the ratios as Markdown.
func table(about string, rows []ratio) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# entocc's time divided by that of others\n\n%s.\n\nBelow 1 entocc is faster. The sides took turns: times are the medians of their rounds, and the "+
		"ratio is the median of the rounds' ratios, because the machine has fast and slow spells, which both sides of a round share. p is the p-value of the "+
		"Mann-Whitney U test over all times (benchstat's method; `benchstat -col /side raw.txt` compares the medians). Goals come from the design.\n\n", about)
	b.WriteString("| work | against | entocc | other | ratio | goal | p | rounds |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range rows {
		goal := ""
		if r.goal > 0 {
			goal = fmt.Sprintf("%.2f", r.goal)
			if !r.met() {
				goal += " **missed**"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f | %s | %.3f | %d |\n",
			strings.ReplaceAll(string(r.of), "/", " "), r.against, duration(r.entocc), duration(r.other), r.value, goal, r.p, r.rounds)
	}
	b.WriteString("\n")
	for _, r := range rows {
		if !r.met() {
			fmt.Fprintf(&b, "- Missed: %s. Why: %s.\n", strings.ReplaceAll(string(r.of), "/", " "), cause(string(r.of)))
		}
	}
	for _, s := range sides {
		fmt.Fprintf(&b, "- **%s**: %s.\n", s[0], s[1])
	}
	b.WriteString("- Contention: load, change and save by the generated Modify, as often as it takes, from the time when every writer could have " +
		"saved once to the last save. The ratio is for the time of one successful save, so it is the inverse of the throughput's.\n")
	return b.String()
}

// versions says what was measured, and on which machine.
func versions(dir string) string {
	out := []string{runtime.Version(), fmt.Sprintf("%d CPUs (GOMAXPROCS %d)", runtime.NumCPU(), runtime.GOMAXPROCS(0))}
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "entgo.io/ent", "github.com/mattn/go-sqlite3",
		"github.com/jackc/pgx/v5", "github.com/lib/pq", "github.com/go-sql-driver/mysql", "gorm.io/gorm", "github.com/uptrace/bun")
	cmd.Dir = dir
	if list, err := cmd.Output(); err == nil {
		out = append(out, strings.Split(strings.TrimSpace(string(list)), "\n")...)
	}
	peer := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "xorm.io/xorm")
	peer.Dir, peer.Env = filepath.Join(dir, peers), append(os.Environ(), "GOWORK=off")
	if list, err := peer.Output(); err == nil {
		out = append(out, strings.TrimSpace(string(list)))
	}
	return strings.Join(append(out, servers()...), ", ")
}

// plot draws a bar for each ratio that has a goal, on a scale from 0 to 2, with a mark at the goal.
func plot(rows []ratio) string {
	const left, width, height = 430, 300, 22
	var bars strings.Builder
	y := 40
	for _, r := range rows {
		if r.goal == 0 {
			continue
		}
		color := "#2a9d8f"
		if !r.met() {
			color = "#e76f51"
		}
		label := html.EscapeString(strings.ReplaceAll(string(r.of), "/", " ") + " : " + r.against)
		fmt.Fprintf(&bars, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+14, label)
		fmt.Fprintf(&bars, `<rect x="%d" y="%d" width="%.0f" height="%d" fill="%s"/>`, left, y+2, min(r.value, 2)*width/2, height-6, color)
		fmt.Fprintf(&bars, `<line x1="%.0f" x2="%.0f" y1="%d" y2="%d" stroke="#222" stroke-width="2"/>`,
			left+min(r.goal, 2)*width/2, left+min(r.goal, 2)*width/2, y, y+height-2)
		fmt.Fprintf(&bars, "<text x=\"%d\" y=\"%d\">%.2f</text>\n", left+width+8, y+14, r.value)
		y += height
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="white"/>
<text x="16" y="22" font-size="15">entocc's time by that of others (shorter is faster; the black mark is the goal)</text>
<line x1="%d" x2="%d" y1="36" y2="%d" stroke="#bbb" stroke-dasharray="3"/>
%s</svg>
`, left+width+60, y+16, left+width/2, left+width/2, y, bars.String())
}
