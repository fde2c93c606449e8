package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
)

// The database reports the conflict for a whole statement, and ends the transaction. It is the batch's own, so the
// batch writes the rows again in a new one, which finds the row.
func TestBatch_RowThatTheDatabaseRefusesIsTold(t *testing.T) {
	mine, theirs := pairOn(t, mariadbSnapshot, repeatableRead)
	a, b := mine.user(t, "a"), mine.user(t, "b")
	overtaken := false
	_, err := mine.User.UpdateBulk(a.Update().SetName("mine"), b.Update().SetAge(7)).OnProgress(func(int, int) {
		if !overtaken {
			overtaken = true
			theirs.overtake(t, b.ID)
		}
	}).Save(t.Context())
	var conflicts *entocc.BulkModifiedError
	require.ErrorAs(t, err, &conflicts)
	require.Len(t, conflicts.Conflicts, 1)
	assert.Equal(t, b.ID, conflicts.Conflicts[0].ID, "%v", err)
	assert.EqualValues(t, 2, conflicts.Conflicts[0].Actual)
	assert.Equal(t, "a", mine.load(t, a.ID).Name)
}
