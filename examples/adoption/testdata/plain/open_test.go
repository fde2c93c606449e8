package main

import (
	"testing"

	"example.com/desk/ent/enttest"
)

func open(t *testing.T) *desk {
	return &desk{enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")}
}
