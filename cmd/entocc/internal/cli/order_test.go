package cli_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hooked is a hook that is added to the service's mixin.
const hooked = `package schema

import "entgo.io/ent"

// Hooks of the Base.
func (Base) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator { return next }}
}
`

// check accepts what init wrote, and notes if somebody lists the version last.
func TestInit_ListsTheVersionBeforeMixinsThatHaveHooks(t *testing.T) {
	slow(t)
	dir := service(t)
	write(t, dir, "ent/schema/hooked.go", hooked)
	code, out, errs := run(t, dir, "init")
	require.Equal(t, 0, code, errs)
	for _, want := range []string{"return []ent.Mixin{mixin.Version{}, Base{}}", "+\t\tmixin.Version{Name: \"row_version\"},\n \t\tBase{}, // when"} {
		assert.Contains(t, out, want)
	}
	code, out, _ = run(t, dir, "check")
	assert.Equal(t, 0, code, out)
	assert.NotContains(t, out, "mixin order")

	replace(t, dir, "ent/schema/agent.go", "mixin.Version{}, Base{}", "Base{}, mixin.Version{}")
	code, out, _ = run(t, dir, "check")
	assert.Equal(t, 0, code, "a note is no error")
	assert.Contains(t, out, "note   mixin order: ent/schema: hooks of mixins listed before the version of Agent run before a write by ID is refused: list mixin.Version first\n")
	assert.NotContains(t, out, "the version of Ticket")

	_, out, _ = run(t, dir, "check", "--json")
	var said []struct{ Check, Level, Where, Message string }
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	assert.Contains(t, said, struct{ Check, Level, Where, Message string }{
		"mixin order", "note", "ent/schema", "hooks of mixins listed before the version of Agent run before a write by ID is refused: list mixin.Version first",
	})
}
