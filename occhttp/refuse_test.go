package occhttp_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
)

// forgetful are handlers that look at no precondition, in the ways in which handlers write.
var forgetful = map[string]func(s *server, r *http.Request) error{
	"create": func(s *server, r *http.Request) error {
		return s.client.User.Create().SetName("mine").Exec(r.Context())
	},
	"creates in bulk": func(s *server, r *http.Request) error {
		return s.client.User.CreateBulk(s.client.User.Create().SetName("mine"), s.client.User.Create().SetName("mine")).Exec(r.Context())
	},
	"upsert": func(s *server, r *http.Request) error {
		return s.client.Account.Create().SetID("a").SetOwner("mine").OnConflictColumns("id").UpdateNewValues().Exec(r.Context())
	},
	"by entity": func(s *server, r *http.Request) error {
		return s.user.Update().SetName("mine").Exec(r.Context())
	},
	"unguarded": func(s *server, r *http.Request) error {
		return s.client.User.UpdateOneID(s.user.ID).IgnoreVersion().SetName("mine").Exec(r.Context())
	},
	"under SkipCheck": func(s *server, r *http.Request) error {
		return s.user.Update().SetName("mine").Exec(entocc.SkipCheck(r.Context()))
	},
	"set-based": func(s *server, r *http.Request) error {
		return s.client.User.Update().SetName("mine").Exec(r.Context())
	},
	"batch": func(s *server, r *http.Request) error {
		_, err := s.client.User.UpdateBulk(s.user.Update().SetName("mine")).Save(r.Context())
		return err
	},
	"deletes": func(s *server, r *http.Request) error {
		return s.client.User.DeleteOne(s.user).Exec(r.Context())
	},
	"set-based delete": func(s *server, r *http.Request) error {
		_, err := s.client.User.Delete().Exec(r.Context())
		return err
	},
	"transaction": func(s *server, r *http.Request) error {
		return s.client.RetryTx(r.Context(), func(tx *ent.Tx) error {
			return tx.User.UpdateOne(s.user).SetName("mine").Exec(r.Context())
		})
	},
}

// serve serves one handler, for every path and method.
func (s *server) serve(h http.Handler, opts ...occhttp.Option) {
	s.Helper()
	listener := httptest.NewServer(occhttp.Middleware(append(opts, occhttp.Logger(slog.New(slog.DiscardHandler)))...)(h))
	s.Cleanup(listener.Close)
	s.url = listener.URL
}

// requireUntouched wants the database as newServer made it.
func (s *server) requireUntouched() {
	s.Helper()
	users := s.client.User.Query().AllX(s.Context())
	require.Len(s, users, 1)
	require.Equal(s, "before", users[0].Name)
	require.EqualValues(s, 1, users[0].Version)
	require.Zero(s, s.client.Account.Query().CountX(s.Context()))
}

func TestMiddleware_PreconditionThatTheMethodDoesNotTakeIsRefusedBeforeTheHandler(t *testing.T) {
	for _, tt := range []struct {
		method, header, value string
		opts                  []occhttp.Option
	}{
		{"POST", "If-None-Match", "*", nil},
		{"POST", "If-None-Match", `"User/1/1"`, nil},
		{"POST", "If-Match", "*", nil},
		{"POST", "If-Match", `"User/1/1"`, nil},
		{"PATCH", "If-None-Match", "*", nil},
		{"PATCH", "If-None-Match", `"User/1/1"`, nil},
		{"DELETE", "If-None-Match", "*", nil},
		{"PROPPATCH", "If-Match", "*", nil},
		{"POST", "If-None-Match", "*", []occhttp.Option{occhttp.Allow("POST", "If-Match")}},
		{"POST", "If-Match", "*", []occhttp.Option{occhttp.Allow("PUT", "If-Match")}},
		{"PATCH", "If-None-Match", "*", []occhttp.Option{occhttp.Require()}},
	} {
		t.Run(fmt.Sprint(tt.method, " ", tt.header, " ", tt.value), func(t *testing.T) {
			s, ran := newServer(t), false
			s.serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran = true }), append(tt.opts, occhttp.Strict(t))...)
			a := s.do(tt.method, "/users", "", tt.header, tt.value)
			require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
			p := s.problem(a)
			assert.Equal(t, occhttp.TypeUnsupported, p.Type)
			assert.Contains(t, p.Detail, tt.header, "the problem says which header")
			assert.Contains(t, p.Detail, tt.method, "and which method")
			assert.False(t, ran)
		})
	}
}

func TestHandler_RefusesWithoutTheMiddlewareToo(t *testing.T) {
	ran := false
	h := occhttp.Handler(func(http.ResponseWriter, *http.Request) error { ran = true; return nil })
	r := httptest.NewRequest("POST", "/users", nil)
	r.Header.Set("If-None-Match", "*")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.False(t, ran)
}

func TestMiddleware_TagsOfIfNoneMatchOnAWriteAreRefusedBeforeTheHandler(t *testing.T) {
	w, handled := put(http.StatusNoContent, "If-None-Match", `"User/7/1"`)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.False(t, handled)
}

func TestMiddleware_HandlerThatForgotWritesNothing(t *testing.T) {
	for name, write := range forgetful {
		for _, header := range []string{"If-Match", "If-None-Match"} {
			t.Run(name+" "+header, func(t *testing.T) {
				s := newServer(t)
				var ignored []string
				heard := occhttp.OnIgnored(func(_ *http.Request, header string) { ignored = append(ignored, header) })
				s.serve(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error { return write(s, r) }), heard)
				a := s.do("PUT", "/users/1", "", header, "*")
				require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
				assert.Equal(t, occhttp.TypeUnsupported, s.problem(a).Type)
				assert.Contains(t, s.problem(a).Detail, header)
				assert.Equal(t, []string{header}, ignored)
				s.requireUntouched()
				require.Equal(t, http.StatusOK, s.do("PUT", "/users/1", "").StatusCode, "without a precondition there is none to forget")
			})
		}
	}
}

func TestMiddleware_PlainHandlerThatForgotIsAnsweredByTheRefusal(t *testing.T) {
	for name, write := range forgetful {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := write(s, r); err != nil {
					http.Error(w, "internal", http.StatusInternalServerError)
				}
			}))
			a := s.do("PUT", "/users/1", "", "If-Match", s.tag(1))
			require.Equal(t, http.StatusBadRequest, a.StatusCode, "no client can cause a failure of the server")
			assert.Equal(t, occhttp.TypeUnsupported, s.problem(a).Type)
			s.requireUntouched()
		})
	}
}

func TestMiddleware_BothHeadersAreLookedAtOrNothingIsWritten(t *testing.T) {
	s := newServer(t)
	s.serve(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		return s.user.Update().IfMatch(occhttp.IfMatch(r)).SetName("mine").Exec(r.Context())
	}))
	a := s.do("PUT", "/users/1", "", "If-Match", s.tag(1), "If-None-Match", "*")
	require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
	assert.Contains(t, s.problem(a).Detail, "If-None-Match")
	s.requireUntouched()
}

func TestMiddleware_AllowedActionIsGuarded(t *testing.T) {
	s := newServer(t)
	s.serve(occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		u, err := s.client.User.UpdateOneID(s.user.ID).IfMatch(occhttp.IfMatch(r)).AddAge(1).Save(r.Context())
		if err != nil {
			return err
		}
		return occhttp.SetETag(w, u)
	}), occhttp.Allow("POST", "if-match"), occhttp.Strict(t))
	a := s.do("POST", "/users/1/birthday", "", "If-Match", s.tag(1))
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Equal(t, s.tag(2), a.Header.Get("ETag"))
	assert.Equal(t, http.StatusPreconditionFailed, s.do("POST", "/users/1/birthday", "", "If-Match", s.tag(1)).StatusCode)
}

func TestMiddleware_ReadsMayWrite(t *testing.T) {
	s := newServer(t)
	s.serve(occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		u := s.client.User.UpdateOneID(s.user.ID).IgnoreVersion().AddAge(1).SaveX(entocc.SkipIncrement(r.Context()))
		_, err := occhttp.NotModified(w, r, u)
		return err
	}), occhttp.Strict(t))
	assert.Equal(t, http.StatusNotModified, s.do("GET", "/users/1", "", "If-None-Match", s.tag(1)).StatusCode)
}

// recorded is a testing.TB that keeps its errors.
type recorded struct {
	*testing.T
	errors []string
}

func (r *recorded) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestStrict_FailsTheTestAndChangesNoAnswer(t *testing.T) {
	for _, path := range []string{"/forgetful/1", "/silent/1"} {
		test := &recorded{T: t}
		s := newServer(t, occhttp.Strict(test))
		assert.Equal(t, http.StatusOK, s.do("PUT", path, "", "If-Match", s.tag(1)).StatusCode)
		require.Len(t, test.errors, 1)
		assert.Contains(t, test.errors[0], path)
		assert.Contains(t, test.errors[0], "If-Match")
		assert.Equal(t, http.StatusOK, s.do("PUT", s.path(), "mine", "If-Match", s.tag(1)).StatusCode)
		assert.Len(t, test.errors, 1, "a handler that asks is no error")
	}
}

func TestHTTP_WeakenedTagIsToldFromAChangedRow(t *testing.T) {
	s := newServer(t)
	requireTag := func(method, ifMatch, title, detail string) {
		t.Helper()
		a := s.do(method, s.path(), "mine", "If-Match", ifMatch)
		require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
		p := s.problem(a)
		assert.Equal(t, title, p.Title)
		assert.Equal(t, title != "Modified by somebody else" && title != "Precondition failed", p.Type == occhttp.TypeWeakened, p.Type)
		assert.Contains(t, p.Detail, detail)
		assert.NotContains(t, p.Detail, "changed by somebody else since")
		assert.Equal(t, "before", s.name())
	}
	altered := func(tag, suffix string) string { return strings.TrimSuffix(tag, `"`) + suffix + `"` }
	for _, method := range []string{"PUT", "DELETE", "GET"} {
		requireTag(method, "W/"+s.tag(1), "Weak entity tag", "W/"+s.tag(1))
		requireTag(method, "W/"+s.tag(1), "Weak entity tag", "compress")
		requireTag(method, "W/"+s.tag(1), "Weak entity tag", "has not changed")
		requireTag(method, s.tag(99)[:5]+`/99/1", W/`+s.tag(1), "Weak entity tag", "has not changed")
		requireTag(method, altered(s.tag(1), "-gzip"), "Entity tag changed on the way", altered(s.tag(1), "-gzip"))
		requireTag(method, altered(s.tag(1), ";gzip"), "Entity tag changed on the way", "compress")
		requireTag(method, `"abc"`, "Precondition failed", "names no version of the user")
	}
	s.bump()
	requireTag("PUT", "W/"+s.tag(1), "Weak entity tag", "was changed by somebody else, too")
	a := s.do("PUT", s.path(), "mine", "If-Match", s.tag(1)+", W/"+s.tag(2))
	assert.Equal(t, occhttp.TypeModified, s.problem(a).Type, "a tag that came through whole says enough")
	s.between = func() { s.client.User.DeleteOneID(s.user.ID).IgnoreVersion().ExecX(t.Context()) }
	p := s.problem(s.do("PUT", s.path(), "mine", "If-Match", "W/"+s.tag(2)))
	assert.True(t, p.Deleted)
	assert.Equal(t, occhttp.TypeModified, p.Type, "what is gone is gone, whatever the tag")
}

// A proxy that compresses, as nginx with gzip does it: tags of what it compresses become weak.
func TestHTTP_ClientBehindAProxyThatWeakensTagsIsToldSo(t *testing.T) {
	s := newServer(t)
	backend := s.url
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, backend+r.URL.Path, r.Body)
		if !assert.NoError(t, err) {
			return
		}
		req.Header = r.Header
		resp, err := http.DefaultClient.Do(req)
		if !assert.NoError(t, err) {
			return
		}
		defer func() { _ = resp.Body.Close() }()
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		if tag := resp.Header.Get("ETag"); tag != "" {
			w.Header().Set("ETag", "W/"+tag)
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer proxy.Close()
	s.url = proxy.URL
	tag := s.do("GET", s.path(), "").Header.Get("ETag")
	p := s.problem(s.do("PUT", s.path(), "mine", "If-Match", tag))
	assert.Equal(t, occhttp.TypeWeakened, p.Type)
	assert.Contains(t, p.Detail, "has not changed")
	assert.Equal(t, http.StatusNotModified, s.do("GET", s.path(), "", "If-None-Match", tag).StatusCode, "for that a weak tag is good enough")
}
