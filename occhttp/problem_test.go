package occhttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"entgo.io/ent/privacy"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProblemOf_StatusOfEachError(t *testing.T) {
	busy, snapshot := sqlite3.Error{Code: 5, ExtendedCode: 5}, sqlite3.Error{Code: 5, ExtendedCode: 517}
	for name, tt := range map[string]struct {
		err    error
		status int
	}{
		"conflict without If-Match": {&entocc.RecordModifiedError{Type: "User", ID: 1, Expected: int64(1)}, http.StatusConflict},
		"gone":                      {&entocc.RecordModifiedError{Type: "User", ID: 1, Deleted: true, Err: &ent.NotFoundError{}}, http.StatusConflict},
		"not found":                 {&ent.NotFoundError{}, http.StatusNotFound},
		"denied":                    {privacy.Denyf("tenant 7 only"), http.StatusForbidden},
		"constraint":                {&ent.ConstraintError{}, http.StatusConflict},
		"validation":                {&ent.ValidationError{Name: "name"}, http.StatusBadRequest},
		"busy":                      {busy, http.StatusServiceUnavailable},
		"old snapshot":              {snapshot, http.StatusConflict},
		"timeout":                   {context.DeadlineExceeded, http.StatusServiceUnavailable},
		"own":                       {&occhttp.Problem{Status: http.StatusTeapot}, http.StatusTeapot},
		"write by ID, a mistake":    {&entocc.VersionError{Type: "User", Reason: "by ID"}, http.StatusInternalServerError},
		"anything else":             {errors.New("dial tcp 10.0.0.7: secret"), http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("PUT", "/users/1?token=x", nil)
			p := occhttp.ProblemOf(r, fmt.Errorf("put: %w", tt.err))
			assert.Equal(t, tt.status, p.Status)
			assert.NotEmpty(t, p.Type)
			assert.NotEmpty(t, p.Title)
			assert.Equal(t, "/users/1", p.Instance)
			assert.ErrorIs(t, p, tt.err)
		})
	}
}

// The row has the version that If-Match states, so 412 would be wrong; and who may see what the field holds is not known here.
func TestProblemOf_StateOfARowIs409AndShowsNoValue(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/orders/7", nil)
	r.Header.Set("If-Match", `"Order/7/3"`)
	p := occhttp.ProblemOf(r, &entocc.RecordModifiedError{
		Type: "Order", ID: 7, Actual: int64(3), Err: &entocc.StateError{Fields: []entocc.FieldValue{{Name: "status", Value: "closed"}}},
	})
	assert.Equal(t, http.StatusConflict, p.Status)
	assert.Equal(t, "Not in the expected state", p.Title)
	assert.Equal(t, "The order is in another state: status. Nothing was written.", p.Detail)
	assert.Equal(t, "3", p.Current)
}

func TestWriteError_RetryAfterOnlyWhereTheSameRequestMaySucceed(t *testing.T) {
	r := httptest.NewRequest("PUT", "/users/1", nil)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{sqlite3.Error{Code: 5, ExtendedCode: 5}, "1"},
		{&entocc.RecordModifiedError{Type: "User", ID: 1}, ""},
		{errors.New("other"), ""},
	} {
		w := httptest.NewRecorder()
		occhttp.WriteError(w, r, tt.err)
		assert.Equal(t, tt.want, w.Header().Get("Retry-After"), "%v", tt.err)
	}
}

func TestWriteError_TellsNothingThatTheClientShouldNotKnow(t *testing.T) {
	for _, err := range []error{
		errors.New("password hunter2"),
		privacy.Denyf("tenant hunter2"),
		&entocc.RecordModifiedError{Type: "User", ID: 1, Expected: int64(1), Err: errors.New("hunter2")},
		&ent.ValidationError{Name: "password"},
		fmt.Errorf("%w: hunter2", &ent.ConstraintError{}),
	} {
		for _, accept := range []string{"application/json", "text/html"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("PUT", "/users/1", nil)
			r.Header.Set("Accept", accept)
			occhttp.WriteError(w, r, err)
			assert.NotContains(t, w.Body.String(), "hunter2")
		}
	}
}

func TestModifiedOfAnotherRowThanIfMatchSpeaksOfIs409(t *testing.T) {
	for id, status := range map[int]int{7: http.StatusPreconditionFailed, 8: http.StatusConflict} {
		h := occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
			occhttp.IfMatch(r).Accept(key("User", 7, int64(0)))
			return &entocc.RecordModifiedError{Type: "User", ID: id, Expected: int64(1), Actual: int64(2)}
		})
		r := httptest.NewRequest("PUT", "/users/7", nil)
		r.Header.Set("If-Match", `"User/7/1"`)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, status, w.Code)
	}
}

func TestHandler_ErrorAfterTheResponseBeganAbortsIt(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	server := httptest.NewServer(occhttp.Middleware(occhttp.Logger(logger))(occhttp.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, strings.Repeat("x", 100))
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		return errors.New("too late")
	})))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	require.Error(t, err, "a client must not take it for a success")
}

func TestOnError_ComesFirst(t *testing.T) {
	mine := errors.New("the month is closed")
	h := occhttp.Middleware(occhttp.OnError(func(_ *http.Request, err error) *occhttp.Problem {
		if errors.Is(err, mine) {
			return &occhttp.Problem{Status: http.StatusConflict, Title: "Closed"}
		}
		return nil
	}))(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		if r.URL.Path == "/mine" {
			return mine
		}
		return &ent.NotFoundError{}
	}))
	for path, status := range map[string]int{"/mine": http.StatusConflict, "/other": http.StatusNotFound} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		assert.Equal(t, status, w.Code)
	}
}

func TestMiddleware_PassesFlushAndInformationalResponses(t *testing.T) {
	server := httptest.NewServer(occhttp.Middleware()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		occhttp.IfMatch(r).Accept(key("User", 7, int64(0)))
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "done")
	})))
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), "PUT", server.URL, nil)
	require.NoError(t, err)
	req.Header.Set("If-Match", `"User/7/1"`)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	assert.Equal(t, http.StatusAccepted, resp.StatusCode)
}

func TestWriteError_BatchTellsEveryConflictAndWhetherTheOthersWereWritten(t *testing.T) {
	conflicts := []*entocc.RecordModifiedError{
		{Type: "User", ID: 7, Expected: int64(3), Actual: int64(4)},
		{Type: "User", ID: 9, Expected: int64(1), Deleted: true},
		{Type: "Team", ID: 5, Expected: int64(1), Actual: int64(2)}, // A parent, by Touch.
	}
	batch := func(written int) error {
		return fmt.Errorf("import: %w", entocc.NewBulkModifiedError(conflicts, []error{conflicts[0], conflicts[1], conflicts[2]}, 12, written))
	}
	const listed = `"conflicts":[{"id":"7","expected":["3"],"current":"4"},{"id":"9","expected":["1"],"deleted":true},
		{"type":"Team","id":"5","expected":["1"],"current":"2"}]`
	for name, tt := range map[string]struct {
		err    error
		detail string
		rest   string
	}{
		"all or nothing": {batch(0), "Nothing was written.", listed},
		"skipped":        {batch(10), "The others were written: 10.", listed + `,"written":10`},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			occhttp.WriteError(w, httptest.NewRequest("POST", "/users", nil), tt.err)
			assert.JSONEq(t, `{"type":"`+occhttp.TypeModified+`","title":"Modified by somebody else","status":409,
				"detail":"3 of 12 user rows were changed or deleted by somebody else since they were read. `+tt.detail+`",
				"instance":"/users",`+tt.rest+`}`, w.Body.String())

			r := httptest.NewRequest("POST", "/users", nil)
			r.Header.Set("Accept", "text/html")
			w = httptest.NewRecorder()
			occhttp.WriteError(w, r, tt.err)
			for _, want := range []string{tt.detail, "<td>7</td><td>3</td><td>4</td>", "<td>9</td><td>1</td><td>deleted</td>", "<td>Team 5</td><td>1</td><td>2</td>"} {
				assert.Contains(t, w.Body.String(), want)
			}
		})
	}
}

func TestWriteError_BatchWithTheRowOfIfMatchIs412(t *testing.T) {
	for id, status := range map[int]int{7: http.StatusPreconditionFailed, 8: http.StatusConflict} {
		h := occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
			occhttp.IfMatch(r).Accept(key("User", 7, int64(0)))
			conflict := &entocc.RecordModifiedError{Type: "User", ID: id, Expected: int64(1), Actual: int64(2)}
			return entocc.NewBulkModifiedError([]*entocc.RecordModifiedError{conflict}, []error{conflict}, 2, 0)
		})
		r := httptest.NewRequest("PUT", "/users/7", nil)
		r.Header.Set("If-Match", `"User/7/1"`)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, status, w.Code)
	}
}
