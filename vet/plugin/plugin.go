// Package plugin registers the analyzers of package vet as a module plugin of golangci-lint. List it in a
// .custom-gcl.yml:
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/entocc/entocc/vet
//	    import: github.com/entocc/entocc/vet/plugin
//	    version: latest
//
// and enable it in .golangci.yml:
//
//	linters:
//	  enable: [entocc]
//	  settings:
//	    custom:
//	      entocc:
//	        type: module
//	        description: lost updates in code on ent
package plugin

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/entocc/entocc/vet"
)

func init() {
	register.Plugin("entocc", func(any) (register.LinterPlugin, error) { return linter{}, nil })
}

type linter struct{}

// BuildAnalyzers implements register.LinterPlugin.
func (linter) BuildAnalyzers() ([]*analysis.Analyzer, error) { return vet.Analyzers(), nil }

// GetLoadMode implements register.LinterPlugin.
func (linter) GetLoadMode() string { return register.LoadModeTypesInfo }
