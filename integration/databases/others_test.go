package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/suite"
)

// What CI has no server of is run where the environment names one, and is no part of docs/databases.md's table.
func TestScenarios_OnOthers(t *testing.T) {
	for _, db := range databases.Others() {
		t.Run(db.String(), func(t *testing.T) { assert.Empty(t, suite.Run(t, db.New(t)).Failed) })
	}
}
