package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// operation is what openapi.json says of one method of one path.
type operation struct {
	OperationID string
	Parameters  []reference
	RequestBody struct {
		Content map[string]struct{ Schema reference }
	}
	Responses map[string]json.RawMessage
}

// takes reports whether the operation has the parameter of this name in the components.
func (o operation) takes(name string) bool {
	for _, p := range o.Parameters {
		if p.Ref == "#/components/parameters/"+name {
			return true
		}
	}
	return false
}

type reference struct {
	Ref string `json:"$ref"`
}

// document is openapi.json, as far as the tests read it.
type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Parameters map[string]struct{ Required bool }
		Schemas    map[string]struct{ Required []string }
	}
}

func readDocument(t *testing.T) (d document) {
	t.Helper()
	require.NoError(t, json.Unmarshal(openAPI, &d))
	return d
}

// operation returns that of a method and a path, be it one of a request or one with parameters.
func (d document) operation(t *testing.T, method, path string) (o operation) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	for template, methods := range d.Paths {
		if raw, ok := methods[strings.ToLower(method)]; ok && matches(template, path) {
			require.NoError(t, json.Unmarshal(raw, &o))
			return o
		}
	}
	require.FailNow(t, "openapi.json does not name it", "%s %s", method, path)
	return o
}

func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

// requireDocumented wants the answer to be one that openapi.json lists. Every request of the tests comes by here.
func (s *server) requireDocumented(method, path string, status int) {
	s.Helper()
	o := readDocument(s.T).operation(s.T, method, path)
	require.Contains(s, o.Responses, strconv.Itoa(status), "openapi.json does not list this answer of %s %s", method, path)
}

func TestOpenAPI_NamesEveryRouteAndItsPreconditions(t *testing.T) {
	d := readDocument(t)
	named := 0
	for _, methods := range d.Paths {
		for method := range methods {
			if method != "parameters" {
				named++
			}
		}
	}
	assert.Len(t, routes(new(api)), named, "no more than there is")
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

// A client that is generated from the document must be able to create in both ways.
func TestOpenAPI_GeneratedClientCanCreate(t *testing.T) {
	d := readDocument(t)
	put := d.operation(t, "PUT", "/projects/{id}")
	require.True(t, put.takes("IfMatchOrCreate") && put.takes("CreateOnly"))
	assert.False(t, d.Components.Parameters["IfMatchOrCreate"].Required, "If-None-Match may stand in its place")
	assert.False(t, d.Components.Parameters["CreateOnly"].Required)
	assert.Contains(t, put.Responses, "201")

	schema := func(o operation) []string {
		name := strings.TrimPrefix(o.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")
		return d.Components.Schemas[name].Required
	}
	assert.Equal(t, []string{"name"}, schema(put))
	assert.Equal(t, []string{"id", "name"}, schema(d.operation(t, "POST", "/projects")))
}
