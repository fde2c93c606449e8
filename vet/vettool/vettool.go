// Package vettool makes a program the tool of go vet -vettool.
package vettool

import (
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/entocc/entocc/vet"
)

// Asked reports whether go vet has started the program, which the arguments say.
func Asked(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Main answers go vet, and ends the program.
func Main() {
	if path := os.Args[len(os.Args)-1]; strings.HasSuffix(path, ".cfg") && onlyFacts(path) {
		os.Exit(0)
	}
	unitchecker.Main(vet.Analyzers()...)
}

// onlyFacts reports whether go vet asks about a dependency, of which it wants nothing but facts, and says that there are
// none. No analyzer has any; the unit checker would parse and check each dependency all the same.
func onlyFacts(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	var unit unitchecker.Config
	if json.Unmarshal(data, &unit) != nil || !unit.VetxOnly || unit.VetxOutput == "" {
		return false
	}
	return os.WriteFile(unit.VetxOutput, nil, 0o666) == nil
}
