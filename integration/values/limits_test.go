package values_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A value that changes back is not noticed, and neither is a change of what a save does not compare.
func TestLimit_ChangesThatAreNotSeen(t *testing.T) {
	each(t, func(s *scene) {
		a := s.load(s.page("before").ID)
		s.raw("UPDATE pages SET title = 'theirs' WHERE id = ?", a.ID)
		s.raw("UPDATE pages SET title = 'before' WHERE id = ?", a.ID)
		a = s.saved(a.Update().SetTitle("mine"))
		s.raw("UPDATE pages SET views = 7 WHERE id = ?", a.ID)
		a = s.saved(a.Update().SetTitle("mine too"))
		assert.EqualValues(s, 7, a.Views, "what the save returns is the row")
	})
}

// PostgreSQL counts a row whose trigger returns OLD, and there is no version that would show it. What Save returns
// shows it. A trigger that returns NULL is noticed.
func TestLimit_TriggerThatSuppressesTheWrite(t *testing.T) {
	on(t, "PostgreSQL, pgx", "READ COMMITTED", func(s *scene) {
		a := s.page("before")
		s.raw("CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'")
		s.raw("CREATE TRIGGER suppress BEFORE UPDATE ON pages FOR EACH ROW EXECUTE FUNCTION suppress()")
		assert.Equal(s, "before", s.saved(a.Update().SetTitle("suppressed")).Title)
		require.NoError(s, a.Update().SetTitle("suppressed").Exec(s.ctx))
		s.raw("CREATE OR REPLACE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
		assert.Empty(s, s.conflict(a.Update().SetTitle("suppressed").Exec(s.ctx)))
		assert.Equal(s, "before", s.load(a.ID).Title)
	})
}
