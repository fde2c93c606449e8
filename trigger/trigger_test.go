package trigger_test

import (
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/trigger"
)

// integration/databases tests what the triggers do.
func TestNew_RefusesWhatCannotBe(t *testing.T) {
	_, err := trigger.New(dialect.Gremlin, ent.VersionedTables())
	require.ErrorContains(t, err, `"gremlin"`)
	_, err = trigger.New(dialect.SQLite, ent.VersionedTables(), trigger.For("user"))
	require.ErrorContains(t, err, `"user"`)
	_, err = trigger.New(dialect.SQLite, ent.VersionedTables())
	require.ErrorContains(t, err, "Reading", "the version is a time")
}

func TestSQL_IsTheSameEachTime(t *testing.T) {
	for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
		first, err := trigger.New(d, ent.VersionedTables(), trigger.For("User", "Like"))
		require.NoError(t, err)
		second, err := trigger.New(d, ent.VersionedTables(), trigger.For("Like", "User"))
		require.NoError(t, err)
		assert.Equal(t, first.SQL(), second.SQL())
		assert.NotEmpty(t, first.DropSQL())
		refusing, err := trigger.New(d, ent.VersionedTables(), trigger.For("User", "Like"), trigger.Refusing())
		require.NoError(t, err)
		assert.NotEqual(t, first.SQL(), refusing.SQL())
	}
}
