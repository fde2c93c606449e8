package main

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// document is openapi.json, as far as the tests read it.
type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Parameters map[string]struct{ Required bool }
		Headers    map[string]header
		Responses  map[string]response
		Schemas    map[string]struct {
			Required   []string
			Properties map[string]any
		}
	}
}

type reference struct {
	Ref string `json:"$ref"`
}

// operation is what the document says about a method of a path.
type operation struct {
	OperationID string
	Parameters  []reference
	RequestBody struct{ Content map[string]json.RawMessage }
	Responses   map[string]response

	method, path string
	// at is the place in the document, as a JSON pointer.
	at string
}

type response struct {
	reference
	Headers map[string]header
	Content map[string]json.RawMessage
}

type header struct {
	reference
	Required bool
}

func readDocument(t *testing.T) (d document) {
	t.Helper()
	require.NoError(t, json.Unmarshal(openAPI, &d))
	return d
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

// operations returns all operations of the document.
func (d document) operations() (all []operation) {
	for path, methods := range d.Paths {
		for method, text := range methods {
			o := operation{method: strings.ToUpper(method), path: path, at: pointer("paths", path, method)}
			if method != "parameters" && json.Unmarshal(text, &o) == nil {
				all = append(all, o)
			}
		}
	}
	return all
}

// operation returns the operation of a method and a path. The path may be that of a request, or have parameters.
func (d document) operation(t *testing.T, method, path string) operation {
	t.Helper()
	for _, o := range d.operations() {
		if o.method == method && matches(o.path, path) {
			return o
		}
	}
	require.FailNow(t, "openapi.json does not name it", "%s %s", method, path)
	return operation{}
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

// response returns an answer of an operation, and where it is in the document.
func (d document) response(t *testing.T, o operation, status string) (at string, r response) {
	t.Helper()
	r, ok := o.Responses[status]
	require.True(t, ok, "openapi.json does not list the answer %s of %s %s", status, o.method, o.path)
	if r.Ref == "" {
		return o.at + pointer("responses", status), r
	}
	return strings.TrimPrefix(r.Ref, "#"), d.Components.Responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
}

func (d document) header(h header) header {
	if h.Ref == "" {
		return h
	}
	return d.Components.Headers[strings.TrimPrefix(h.Ref, "#/components/headers/")]
}

// pointer returns the JSON pointer of these members, for a URL.
func pointer(members ...string) (at string) {
	for _, m := range members {
		at += "/" + url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(m, "~", "~0"), "/", "~1"))
	}
	return at
}

// requireDocumented requires the answer to be as in openapi.json: the status, the headers, the media type, and a body
// that fits its schema, without members that the schema does not name. A body that was accepted must fit the document
// too. Every request of the tests is checked here.
func (s *server) requireDocumented(sent string, a answer) {
	s.Helper()
	d := readDocument(s.T)
	o := d.operation(s.T, a.Request.Method, a.Request.URL.EscapedPath())
	at, r := d.response(s.T, o, strconv.Itoa(a.StatusCode))
	for name, h := range r.Headers {
		if d.header(h).Required {
			require.NotEmpty(s, a.Header.Get(name), "%s of %d of %s", name, a.StatusCode, o.OperationID)
		}
	}
	for _, name := range []string{"ETag", "Location", "Accept-Patch", "Retry-After"} {
		if a.Header.Get(name) != "" {
			require.Contains(s, r.Headers, name, "%d of %s", a.StatusCode, o.OperationID)
		}
	}
	s.requireFits(at, r.Content, a.Header, a.body)
	if a.StatusCode < 300 && sent != "" {
		s.requireFits(o.at+"/requestBody", o.RequestBody.Content, a.Request.Header, sent)
	}
}

// requireFits requires a body to have one of the media types that the document lists at a place, and to fit its schema.
func (s *server) requireFits(at string, listed map[string]json.RawMessage, h http.Header, body string) {
	s.Helper()
	if body == "" {
		require.Empty(s, listed, "%s: there is no body", at)
		return
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	require.NoError(s, err, at)
	require.Contains(s, listed, media, at)
	var value any = body
	if strings.HasSuffix(media, "json") {
		value, err = jsonschema.UnmarshalJSON(strings.NewReader(body))
		require.NoError(s, err, "%s: %s", at, body)
	}
	schema, err := s.schemas.Compile("openapi.json#" + at + pointer("content", media, "schema"))
	require.NoError(s, err, at)
	require.NoError(s, schema.Validate(value), body)
}

// schemas returns a compiler for the schemas in the document, with objects that are closed. In the document they are
// open, because a client must ignore unknown members; but what the server writes must be documented.
func schemas(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	require.NoError(t, err)
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("openapi.json", doc))
	return c
}

func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if node["type"] == "object" && node["properties"] != nil {
			node["additionalProperties"] = false
		}
		for _, member := range node {
			closeObjects(member)
		}
	case []any:
		for _, element := range node {
			closeObjects(element)
		}
	}
}
