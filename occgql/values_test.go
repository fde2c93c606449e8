package occgql_test

import (
	"encoding/json"
	"testing"

	"entgo.io/ent"
	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgql"
)

// A row without a version is a conflict like any other, and the error does not contain its values.
func TestErrorPresenter_AConflictOfValues(t *testing.T) {
	presented := occgql.ErrorPresenter(graphql.DefaultErrorPresenter)(t.Context(), &entocc.RecordModifiedError{Type: "Page", ID: 7, Op: ent.OpUpdateOne, Err: &entocc.ValuesError{
		Fields: []entocc.FieldValue{{Name: "title", Value: "theirs"}},
	}})
	assert.Equal(t, occgql.CodeConflict, presented.Extensions["code"])
	text, err := json.Marshal(presented)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "theirs")
}
