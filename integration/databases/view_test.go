package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// A view that a trigger writes for: SQLite counts none of its rows, so an Exec can't know what it has done, and says
// so. After a conflict, the caller would write again.
func TestSQLite_ExecOnAViewIsNeverAConflict(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		c := s.Card.Create().SetNumber("before").SaveX(t.Context())
		s.exec(t, "ALTER TABLE cards RENAME TO stored", "CREATE VIEW cards AS SELECT * FROM stored",
			"CREATE TRIGGER writes INSTEAD OF UPDATE ON cards BEGIN UPDATE stored SET number = NEW.number, version = NEW.version WHERE id = OLD.id; END")
		saved, err := c.Update().SetNumber("saved").Save(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "saved", saved.Number)

		err = saved.Update().SetNumber("executed").Exec(t.Context())
		var unknown *entocc.OutcomeUnknownError
		require.ErrorAs(t, err, &unknown)
		assert.False(t, ent.IsRecordModified(err), "%v", err)
		assert.Equal(t, saved.Version+1, unknown.Next)
		now := s.Card.Query().OnlyX(t.Context())
		assert.Equal(t, "executed", now.Number)
		assert.Equal(t, saved.Version+1, now.Version)

		_, err = saved.Update().SetNumber("stale").Save(t.Context())
		assert.True(t, ent.IsRecordModified(err), "%v", err)
	})
}
