package main

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/occhttp"
)

func TestOpenAPI_NamesEveryRouteAndItsPreconditions(t *testing.T) {
	d := readDocument(t)
	assert.Len(t, routes(new(api)), len(d.operations()), "the document lists only what exists")
	for pattern := range routes(new(api)) {
		method, path, _ := strings.Cut(pattern, " ")
		o := d.operation(t, method, path)
		assert.NotEmpty(t, o.OperationID, pattern)
		statuses := []string{"400", "500", "503"}
		one := strings.HasSuffix(path, "}")
		switch {
		case method == http.MethodGet && one:
			statuses = append(statuses, "200", "304", "404", "412")
			assert.True(t, o.takes("IfNoneMatch") && o.takes("IfMatchRead"), pattern)
		case method == http.MethodPost:
			statuses = append(statuses, "201", "409", "413")
			assert.Empty(t, o.Parameters, "%s takes no precondition", pattern)
		case method == http.MethodDelete:
			statuses = append(statuses, "204", "404", "412", "428")
			assert.True(t, o.takes("IfMatch"), pattern)
		case method != http.MethodGet:
			statuses = append(statuses, "200", "404", "412", "413", "428")
			assert.True(t, o.takes("IfMatch") || o.takes("IfMatchOrCreate"), pattern)
		}
		for _, status := range statuses {
			assert.Contains(t, o.Responses, status, pattern)
		}
	}
	assert.True(t, d.Components.Parameters["IfMatch"].Required)
}

// A client continues with the tag of what it has read or written, without another GET, and shows its user what went wrong.
func TestOpenAPI_PromisesTheTagsAndTheProblems(t *testing.T) {
	d := readDocument(t)
	for _, o := range d.operations() {
		for status := range o.Responses {
			_, r := d.response(t, o, status)
			tagged := strings.HasSuffix(o.path, "}") || o.method == http.MethodPost
			switch {
			case status >= "400":
				assert.Contains(t, r.Content, "application/problem+json", "%s of %s", status, o.OperationID)
			case status != "204" && tagged:
				assert.True(t, d.header(r.Headers["ETag"]).Required, "%s of %s", status, o.OperationID)
			}
			if status == "201" {
				assert.True(t, d.header(r.Headers["Location"]).Required, o.OperationID)
			}
		}
	}
}

func TestOpenAPI_ProblemHasTheMembersThatOcchttpWrites(t *testing.T) {
	d := readDocument(t)
	for name, value := range map[string]any{"Problem": occhttp.Problem{}, "RowConflict": occhttp.RowConflict{}} {
		var written, named []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if member, _, _ := strings.Cut(f.Tag.Get("json"), ","); member != "" {
				written = append(written, member)
			}
		}
		for member := range d.Components.Schemas[name].Properties {
			named = append(named, member)
		}
		assert.ElementsMatch(t, written, named, name)
	}
}

// A client generated from the document must be able to create in both ways.
func TestOpenAPI_GeneratedClientCanCreate(t *testing.T) {
	d := readDocument(t)
	put := d.operation(t, "PUT", "/projects/{id}")
	require.True(t, put.takes("IfMatchOrCreate") && put.takes("CreateOnly"))
	assert.False(t, d.Components.Parameters["IfMatchOrCreate"].Required, "If-None-Match may replace it")
	assert.False(t, d.Components.Parameters["CreateOnly"].Required)
	assert.Contains(t, put.Responses, "201")

	schema := func(o operation) []string {
		var body struct{ Schema reference }
		require.NoError(t, json.Unmarshal(o.RequestBody.Content["application/json"], &body))
		return d.Components.Schemas[strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/")].Required
	}
	assert.Equal(t, []string{"name"}, schema(put))
	assert.Equal(t, []string{"id", "name"}, schema(d.operation(t, "POST", "/projects")))
}
