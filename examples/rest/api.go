package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/examples/rest/ent/project"
	"github.com/entocc/entocc/examples/rest/ent/task"
	"github.com/entocc/entocc/occhttp"
)

//go:embed openapi.json
var openAPI []byte

// api serves projects and tasks.
type api struct {
	client *ent.Client
	// between runs before each write that was preceded by a read, for tests that commit something there.
	between func()
}

// newAPI returns the handler of the whole API.
func newAPI(client *ent.Client) http.Handler {
	return (&api{client: client, between: func() {}}).handler()
}

func (a *api) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range routes(a) {
		mux.Handle(pattern, handle)
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI) // the client is gone
	})
	return occhttp.Middleware(occhttp.LastChange(lastChange), occhttp.ClashingFields(apiName))(mux)
}

// lastChange lets the problem of a conflict say who changed a task, and when.
func lastChange(current any) (by string, at time.Time) {
	t, ok := current.(*ent.Task)
	if !ok || t.ChangedAt == nil {
		return "", time.Time{}
	}
	return t.ChangedBy, *t.ChangedAt
}

// apiName is the name of a field in the API, or "" if clients neither see nor send it.
func apiName(_ any, field entocc.FieldDiff) string {
	switch field.Name {
	case project.FieldName, project.FieldDescription, project.FieldPoints, task.FieldTitle, task.FieldDone:
		return field.Name
	}
	return ""
}

// user returns the user of a request, whom the proxy in front has authenticated. A server that can be reached without
// the proxy must not trust this header.
func user(r *http.Request) string { return r.Header.Get("X-Forwarded-User") }

func routes(a *api) map[string]occhttp.HandlerFunc {
	return map[string]occhttp.HandlerFunc{
		"GET /projects":                      a.listProjects,
		"POST /projects":                     a.createProject,
		"GET /projects/{id}":                 a.getProject,
		"PUT /projects/{id}":                 a.putProject,
		"PATCH /projects/{id}":               a.patchProject,
		"DELETE /projects/{id}":              a.deleteProject,
		"GET /projects/{id}/tasks":           a.listTasks,
		"POST /projects/{id}/tasks":          a.createTask,
		"GET /projects/{id}/tasks/{task}":    a.getTask,
		"PUT /projects/{id}/tasks/{task}":    a.putTask,
		"PATCH /projects/{id}/tasks/{task}":  a.patchTask,
		"DELETE /projects/{id}/tasks/{task}": a.deleteTask,
	}
}

// maxBody is the largest body that is read, in bytes.
const maxBody = 64 << 10

// read decodes the body of a request into v, and refuses members that v does not have.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one JSON value")
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return badRequest("The body is not what this resource takes: " + err.Error())
}

func badRequest(detail string) error {
	return &occhttp.Problem{Status: http.StatusBadRequest, Detail: detail}
}

var errNotFound = &occhttp.Problem{Status: http.StatusNotFound, Detail: "There is no such resource."}

// write answers with a view of an entity, and its tag.
func write(w http.ResponseWriter, status int, entity entocc.Versioned, view any) error {
	if err := occhttp.SetETag(w, entity); err != nil {
		return err
	}
	return writeJSON(w, status, view)
}

func writeJSON(w http.ResponseWriter, status int, view any) error {
	body, err := json.Marshal(view)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone
	return nil
}

// tagText is the tag of an entity in a list, so that a client can write to it without another GET.
func tagText(entity entocc.Versioned) string {
	tag, err := occhttp.Tag(entity)
	if err != nil {
		return ""
	}
	return tag.String()
}

// page reads limit and after from the query of a list.
func page(r *http.Request) (limit int, after string, err error) {
	limit = 50
	if text := r.URL.Query().Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 200 {
			return 0, "", badRequest(fmt.Sprintf("limit is a number from 1 to 200, not %q", text))
		}
	}
	return limit, r.URL.Query().Get("after"), nil
}
