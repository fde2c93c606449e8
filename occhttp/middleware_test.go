package occhttp_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
)

// put sends a PUT through the middleware to a handler that answers with a status and looks at no header.
func put(status int, header, value string, opts ...occhttp.Option) (w *httptest.ResponseRecorder, handled bool) {
	h := occhttp.Middleware(opts...)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		handled = true
		w.WriteHeader(status)
	}))
	r := httptest.NewRequest(http.MethodPut, "/users/7", nil)
	if header != "" {
		r.Header.Set(header, value)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w, handled
}

func TestMiddleware_RefusesBeforeAnyHandlerRuns(t *testing.T) {
	w, handled := put(http.StatusNoContent, "", "", occhttp.Require())
	assert.Equal(t, http.StatusPreconditionRequired, w.Code)
	assert.False(t, handled, "a request without If-Match, where it is required")
	for _, header := range []string{"If-Match", "If-None-Match"} {
		w, handled = put(http.StatusNoContent, header, `"User/7/1`)
		assert.Equal(t, http.StatusBadRequest, w.Code, header)
		assert.False(t, handled, header)
	}
}

func TestMiddleware_ReportsNoHandlerThatRefused(t *testing.T) {
	for status, want := range map[int]bool{http.StatusOK: true, http.StatusNoContent: true, http.StatusSeeOther: false, http.StatusConflict: false} {
		reported := false
		put(status, "If-Match", `"User/7/1"`, occhttp.OnIgnored(func(*http.Request, string) { reported = true }))
		assert.Equal(t, want, reported, "%d", status)
	}
}

func TestWriteError_BatchIs412ThoughALaterConflictIsOfAnotherRow(t *testing.T) {
	h := occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		occhttp.IfMatch(r).Accept(key("User", 7, int64(0)))
		var conflicts []*entocc.RecordModifiedError
		var errs []error
		for _, id := range []int{7, 8} {
			conflicts = append(conflicts, &entocc.RecordModifiedError{Type: "User", ID: id, Expected: int64(1), Actual: int64(2)})
			errs = append(errs, conflicts[len(conflicts)-1])
		}
		return entocc.NewBulkModifiedError(conflicts, errs, 2, 0)
	})
	r := httptest.NewRequest(http.MethodPut, "/users/7", nil)
	r.Header.Set("If-Match", `"User/7/1"`)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusPreconditionFailed, w.Code)
}

func TestSigner_KeepsItsSecretsAndReadsNoHugeToken(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), 32)
	signer, err := occhttp.NewSigner(occhttp.Key{ID: "a", Secret: secret})
	require.NoError(t, err)
	token, err := signer.SignKey(key("User", 7, int64(1)))
	require.NoError(t, err)
	clear(secret) // The caller's slice is the caller's.
	require.NoError(t, signer.IfMatch(token).Accept(key("User", 7, int64(0))).Err)
	again, err := signer.SignKey(key("User", 7, int64(1)))
	require.NoError(t, err)
	assert.Equal(t, token, again)

	huge := signer.IfMatch("a." + strings.Repeat("QUFB", 4<<10) + ".QUFB").Accept(key("User", 7, int64(0)))
	assert.ErrorContains(t, huge.Err, "can't be read")
}
