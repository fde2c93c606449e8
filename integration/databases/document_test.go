package databases_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/suite"
)

const (
	document = "../../docs/databases.md"
	begin    = "<!-- databases -->\n"
	end      = "<!-- /databases -->"
)

// table writes the results of each database, and below them what each left out, and why.
func table(reports []suite.Report) string {
	var b strings.Builder
	b.WriteString("| database | isolation | scenarios passed | left |\n| --- | --- | --- | --- |\n")
	for _, r := range reports {
		b.WriteString(row(r))
	}
	b.WriteString("\nLeft, as the database can't show it:\n\n")
	for _, line := range left(reports) {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

func row(r suite.Report) string {
	return fmt.Sprintf("| %s | %d | %d |\n", r.Name, len(r.Passed), len(r.Left))
}

// left returns a line for each reason and the databases that it is true for.
func left(reports []suite.Report) []string {
	type group struct{ why, where string }
	var order []group
	where := make(map[string][]string)
	var scenarios []string
	for _, r := range reports {
		for _, l := range r.Left {
			if where[l] == nil {
				scenarios = append(scenarios, l)
			}
			where[l] = append(where[l], r.Name)
		}
	}
	names := make(map[group][]string)
	for _, l := range scenarios {
		name, why, _ := strings.Cut(l, ": ")
		g := group{why, strings.Join(shortened(where[l], reports), "; ")}
		if names[g] == nil {
			order = append(order, g)
		}
		names[g] = append(names[g], name)
	}
	lines := make([]string, len(order))
	for i, g := range order {
		lines[i] = fmt.Sprintf("%s: %s. (%s)", strings.Join(names[g], ", "), g.why, g.where)
	}
	return lines
}

// shortened replaces the names of an engine's databases by the engine's, if all of them are there.
func shortened(names []string, reports []suite.Report) []string {
	engine := func(name string) string {
		return strings.FieldsFunc(name, func(r rune) bool { return r == ',' || r == '|' })[0]
	}
	missing := make(map[string]int)
	for _, r := range reports {
		missing[engine(r.Name)]++
	}
	for _, name := range names {
		missing[engine(name)]--
	}
	var short []string
	for _, name := range names {
		e := engine(name)
		if missing[e] > 0 {
			e = strings.ReplaceAll(name, " | ", " ")
		}
		if e = strings.TrimSpace(e); !slices.Contains(short, e) {
			short = append(short, e)
		}
	}
	return short
}

// documented returns the document, and where its table is.
func documented(t *testing.T) (text string, from, to int) {
	t.Helper()
	data, err := os.ReadFile(document)
	require.NoError(t, err)
	text = string(data)
	from = strings.Index(text, begin) + len(begin)
	to = strings.Index(text, end)
	require.True(t, from >= len(begin) && to >= from, "%s has no %s", document, begin)
	return text, from, to
}

func writeDocument(t *testing.T, table string) {
	t.Helper()
	text, from, to := documented(t)
	require.NoError(t, os.WriteFile(document, []byte(text[:from]+table+text[to:]), 0o644))
}

// assertDocument asserts that the document has what the reports say: all of it, or the rows of the databases that were available.
func assertDocument(t *testing.T, reports []suite.Report, complete bool) {
	t.Helper()
	const fix = "run go test -tags everything ./databases -run TestScenarios -update in integration, with all servers"
	text, from, to := documented(t)
	if complete {
		assert.Equal(t, table(reports), text[from:to], fix)
		return
	}
	rows := strings.SplitAfter(text[from:to], "\n")
	for _, r := range reports {
		assert.True(t, len(r.Failed) > 0 || slices.Contains(rows, row(r)), "%s has no row %q: %s", document, row(r), fix)
	}
}
