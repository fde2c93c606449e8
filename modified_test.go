package entocc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc"
)

// A field that is never merged is listed as a clash even if only one side changed it.
func TestMergeError_SaysNothingOfWhoChangedTheFields(t *testing.T) {
	err := &entocc.MergeError{
		Clashes: []entocc.FieldDiff{{Name: "phone"}, {Name: "status"}},
		Err:     &entocc.RecordModifiedError{Type: "User", ID: 1, Expected: 1, Actual: 2},
	}
	assert.EqualError(t, err, "entocc: User 1 was modified by somebody else: the caller expected version 1, the row has 2; not merged: phone, status")
}
