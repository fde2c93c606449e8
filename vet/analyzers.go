package vet

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
)

// Analyzers returns all analyzers, new ones on each call.
func Analyzers() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		newAnalyzer("occblind", docBlind, runBlind),
		newAnalyzer("occstale", docStale, runStale),
		newAnalyzer("occreread", docReread, runReread),
		newAnalyzer("occconflict", docConflict, runConflict),
		newAnalyzer("occcount", docCount, runCount),
		newAnalyzer("occrawsql", docRawSQL, runRawSQL),
		newAnalyzer("occcreate", docCreate, runCreate),
		newAnalyzer("occtx", docTx, runTx),
		newAnalyzer("occignore", docIgnore, runIgnore),
	}
}

// newAnalyzer makes an analyzer that runs if the package can reach the generated client of a versioned type, and that
// only checks hand-written files.
func newAnalyzer(name, doc string, run func(*pass)) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: name, Doc: doc,
		URL:      "https://github.com/entocc/entocc/blob/main/docs/vet.md#" + name,
		Requires: []*analysis.Analyzer{inspect.Analyzer},
		Run: func(p *analysis.Pass) (any, error) {
			run(newPass(p))
			return nil, nil
		},
	}
}
