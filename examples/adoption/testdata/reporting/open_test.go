package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/entocc/entocc/hook"

	"example.com/desk/ent/enttest"
)

// tally counts what would be refused, while nothing is.
var tally = new(hook.Tally)

func open(t *testing.T) *desk {
	client := enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	client.Use(hook.Report(tally.Report))
	return &desk{client}
}

func TestMain(m *testing.M) {
	code := m.Run()
	for place := range tally.Reported() {
		fmt.Printf("reported: %s:%d: %s %s\n", filepath.Base(place.File), place.Line, place.Kind, place.Type)
	}
	os.Exit(code)
}
