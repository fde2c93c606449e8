package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/suite"
)

// Databases for which CI has no server run if the environment names one. They are not in the table of docs/databases.md.
func TestScenarios_OnOthers(t *testing.T) {
	for _, db := range databases.Others() {
		t.Run(db.String(), func(t *testing.T) { assert.Empty(t, suite.Run(t, db.New(t)).Failed) })
	}
}
