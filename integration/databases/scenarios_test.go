package databases_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/suite"
)

var update = flag.Bool("update", false, "write the results of the scenarios into docs/databases.md")

// TestScenarios runs the shared suite on every database, and compares docs/databases.md with the results.
func TestScenarios(t *testing.T) {
	all := databases.All()
	var reports []suite.Report
	for _, db := range all {
		t.Run(db.String(), func(t *testing.T) {
			report := suite.Run(t, db.New(t))
			assert.Empty(t, report.Failed)
			report.Name = db.Name + " | " + db.Level
			reports = append(reports, report)
		})
	}
	require.NotEmpty(t, reports, "-run names no database and level")
	t.Log("\n" + table(reports))
	if *update {
		require.Len(t, reports, len(all), "the document needs all databases")
		writeDocument(t, table(reports))
	}
	if strings.Count(flag.Lookup("test.run").Value.String(), "/") < 2 { // all scenarios ran
		assertDocument(t, reports, len(reports) == len(all))
	}
}

func TestScenarios_WithoutTheExtension(t *testing.T) {
	for _, db := range databases.All() {
		t.Run(db.String(), func(t *testing.T) {
			assert.Empty(t, suite.RunPlain(t, db.New(t)).Failed)
		})
	}
}
