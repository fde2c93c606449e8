package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/suite"
)

func TestScenarios(t *testing.T) {
	for _, db := range databases.All() {
		t.Run(db.String(), func(t *testing.T) {
			assert.Empty(t, suite.Run(t, db.New(t)).Failed)
		})
	}
}

func TestScenarios_WithoutTheExtension(t *testing.T) {
	for _, db := range databases.All() {
		t.Run(db.String(), func(t *testing.T) {
			assert.Empty(t, suite.RunPlain(t, db.New(t)).Failed)
		})
	}
}
