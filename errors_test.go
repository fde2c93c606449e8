package entocc_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"entgo.io/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
)

func TestRecordModifiedError_TellsTypeIDAndVersions(t *testing.T) {
	cause := errors.New("database is locked")
	for _, row := range []struct {
		name string
		err  *entocc.RecordModifiedError
		want string
	}{
		{
			"another version",
			&entocc.RecordModifiedError{Type: "User", ID: 7, Op: ent.OpUpdateOne, Expected: int64(1), Actual: int64(2)},
			"entocc: User 7 was modified by somebody else: UpdateOne expected version 1, the row has 2",
		},
		{
			"a deleted row, where the cause would only repeat it",
			&entocc.RecordModifiedError{Type: "User", ID: 7, Op: ent.OpDeleteOne, Expected: int64(1), Deleted: true, Err: errors.New("not found")},
			"entocc: User 7 was deleted by somebody else: DeleteOne expected version 1",
		},
		{
			"the database said it",
			&entocc.RecordModifiedError{Type: "User", ID: 7, Op: ent.OpUpdateOne, Expected: int64(1), Err: cause},
			"entocc: User 7 was modified by somebody else: UpdateOne expected version 1 (database is locked)",
		},
		{
			"strings and composite IDs",
			&entocc.RecordModifiedError{Type: "Like", ID: []any{1, "a b"}, Op: ent.OpUpdateOne, Expected: []any{int64(1), int64(2)}, Actual: int64(3)},
			`entocc: Like (1, "a b") was modified by somebody else: UpdateOne expected version [1 2], the row has 3`,
		},
		{
			"no write: GetVersion",
			&entocc.RecordModifiedError{Type: "User", ID: 7, Expected: int64(1), Actual: int64(2)},
			"entocc: User 7 was modified by somebody else: the caller expected version 1, the row has 2",
		},
		{
			"an upsert, which has no ID",
			&entocc.RecordModifiedError{Type: "User", Op: ent.OpCreate, Expected: int64(1)},
			"entocc: User row was modified by somebody else: Create expected version 1",
		},
	} {
		assert.EqualError(t, row.err, row.want, row.name)
	}
}

func TestVersionError_TellsTypeOperationAndReason(t *testing.T) {
	err := &entocc.VersionError{Type: "User", Op: ent.OpUpdateOne, Reason: "it was not loaded"}
	assert.EqualError(t, err, "entocc: UpdateOne of User refused: it was not loaded")
	err = &entocc.VersionError{Type: "User", Reason: "none", Err: errors.New("no randomness")}
	assert.EqualError(t, err, "entocc: write of User refused: none: no randomness")
}

func TestPredicates_AreFalseForNilAndOthers(t *testing.T) {
	for _, err := range []error{nil, errors.New("other"), context.Canceled} {
		assert.False(t, entocc.IsRecordModified(err))
		assert.False(t, entocc.IsVersionError(err))
		assert.False(t, entocc.IsRetryable(err))
	}
}

func TestPredicates_SeeThroughWrapping(t *testing.T) {
	cause := errors.New("cause")
	modified := &entocc.RecordModifiedError{Type: "User", Err: cause}
	version := &entocc.VersionError{Type: "User", Err: cause}
	wrap := func(err error) error {
		return fmt.Errorf("handler: %w", errors.Join(errors.New("beside"), fmt.Errorf("store: %w", err)))
	}
	assert.True(t, entocc.IsRecordModified(wrap(modified)))
	assert.False(t, entocc.IsVersionError(wrap(modified)))
	assert.True(t, entocc.IsRetryable(wrap(modified)))
	assert.True(t, entocc.IsVersionError(wrap(version)))
	assert.False(t, entocc.IsRecordModified(wrap(version)))
	assert.False(t, entocc.IsRetryable(wrap(version)))
	require.ErrorIs(t, wrap(modified), cause)
	require.ErrorIs(t, wrap(version), cause)
}

func TestModifiedError_IsTheConflictOfItsType(t *testing.T) {
	type user struct{ name string }
	inner := &entocc.RecordModifiedError{Type: "User", ID: 7, Expected: int64(1)}
	now := &user{"now"}
	var err error = entocc.NewModifiedError(inner, &user{"loaded"}, func(context.Context) (*user, error) { return now, nil }, nil)
	err = fmt.Errorf("wrapped: %w", err)

	var typed *entocc.ModifiedError[user]
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, "loaded", typed.Loaded.name)
	assert.Equal(t, 7, typed.ID)
	current, err2 := typed.Current(t.Context())
	require.NoError(t, err2)
	assert.Same(t, now, current)

	var plain *entocc.RecordModifiedError
	require.ErrorAs(t, err, &plain)
	assert.Same(t, inner, plain)
	var other *entocc.ModifiedError[int]
	assert.False(t, errors.As(err, &other), "another type's")
}

func TestBulkModifiedError_TellsParentsFromRows(t *testing.T) {
	row := &entocc.RecordModifiedError{Type: "Line", ID: 1, Op: ent.OpUpdateOne, Expected: int64(2), Actual: int64(3)}
	parent := &entocc.RecordModifiedError{Type: "Order", ID: 7, Expected: int64(1), Actual: int64(5)}
	err := entocc.NewBulkModifiedError([]*entocc.RecordModifiedError{parent, row, parent}, []error{parent, row, parent}, 4, 0)
	assert.Equal(t, "Line", err.Type)
	assert.EqualError(t, err, "entocc: 3 of 4 Line rows were modified or deleted by somebody else, 0 were written: "+
		"Order ID 7 (expected version 1, the row has 5) ID 1 (expected version 2, the row has 3) Order ID 7 (expected version 1, the row has 5)")
}

func TestRecordModifiedError_InOpenTxUnlessTheEndIsSeen(t *testing.T) {
	err := &entocc.RecordModifiedError{Type: "User", ID: 7}
	assert.False(t, err.InOpenTx())
	err.InTransaction(struct{}{})
	assert.True(t, err.InOpenTx(), "nothing says that the transaction has ended")
}
