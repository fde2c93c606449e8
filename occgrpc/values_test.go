package occgrpc_test

import (
	"fmt"
	"testing"

	"entgo.io/ent"
	"github.com/stretchr/testify/assert"
	"google.golang.org/genproto/googleapis/rpc/code"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgrpc"
)

// A row without a version has no etag, and the status does not contain its values.
func TestStatusOf_AConflictOfValuesIsAborted(t *testing.T) {
	s := occgrpc.StatusOf(t.Context(), &entocc.RecordModifiedError{Type: "Page", ID: 7, Op: ent.OpUpdateOne, Err: &entocc.ValuesError{
		Fields: []entocc.FieldValue{{Name: "title", Value: "theirs"}},
	}})
	assert.Equal(t, code.Code_ABORTED, s.Code)
	assert.Contains(t, s.Message, "page")
	for _, d := range s.Details {
		assert.NotContains(t, fmt.Sprint(d), "theirs")
	}
}
