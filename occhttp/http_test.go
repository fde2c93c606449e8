package occhttp_test

import (
	"html/template"
	"net/http"
	"strings"
	"testing"

	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHTTP_GetHasAStrongETag(t *testing.T) {
	s := newServer(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		a := s.do(method, s.path(), "")
		assert.Equal(t, http.StatusOK, a.StatusCode)
		assert.Equal(t, s.tag(1), a.Header.Get("ETag"), method)
	}
}

func TestHTTP_PutWithTheCurrentTagHasTheNewETag(t *testing.T) {
	s := newServer(t)
	tag := s.do("GET", s.path(), "").Header.Get("ETag")
	for range 3 {
		a := s.do("PUT", s.path(), "mine", "If-Match", tag)
		require.Equal(t, http.StatusOK, a.StatusCode, a.body)
		require.NotEqual(t, tag, a.Header.Get("ETag"))
		tag = a.Header.Get("ETag")
	}
	assert.Equal(t, s.tag(4), tag)
	assert.Equal(t, s.tag(4), s.do("GET", s.path(), "").Header.Get("ETag"))
}

func TestHTTP_StaleTagIsAProblemAndWritesNothing(t *testing.T) {
	s := newServer(t)
	s.bump()
	a := s.do("PUT", s.path(), "mine", "If-Match", s.tag(1))
	require.Equal(t, http.StatusPreconditionFailed, a.StatusCode)
	assert.Equal(t, occhttp.Problem{
		Type: occhttp.TypeModified, Title: "Modified by somebody else", Status: 412,
		Detail:   "The user was changed by somebody else since it was read. Nothing was written.",
		Instance: s.path(), Expected: []string{"1"}, Current: "2",
	}, s.problem(a))
	assert.Empty(t, a.Header.Get("ETag"), "the problem is no version of the user")
	assert.Empty(t, a.Header.Get("Retry-After"), "the same request would fail again")
	assert.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	assert.Equal(t, "before", s.name())
}

func TestHTTP_CommitBetweenCheckAndWriteIsFound(t *testing.T) {
	for _, method := range []string{"PUT", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			s := newServer(t)
			s.between = s.bump
			a := s.do(method, s.path(), "mine", "If-Match", s.tag(1))
			require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
			assert.Equal(t, "2", s.problem(a).Current)
			assert.Equal(t, "before", s.name())
		})
	}
}

func TestHTTP_RowDeletedInBetweenIsTold(t *testing.T) {
	s := newServer(t)
	s.between = func() { s.client.User.DeleteOneID(s.user.ID).IgnoreVersion().ExecX(t.Context()) }
	a := s.do("PUT", s.path(), "mine", "If-Match", s.tag(1))
	require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
	assert.True(t, s.problem(a).Deleted)
	assert.Zero(t, s.client.User.Query().CountX(t.Context()))
}

func TestHTTP_IfMatchThatNamesNoVersionOfTheRowIsAConflict(t *testing.T) {
	for name, header := range map[string]func(*server) []string{
		"weak":             func(s *server) []string { return []string{"If-Match", "W/" + s.tag(1)} },
		"tag of other row": func(*server) []string { return []string{"If-Match", `"User/99/1"`} },
		"tag of no ours":   func(*server) []string { return []string{"If-Match", `"abc"`} },
		"other type":       func(s *server) []string { return []string{"If-Match", strings.Replace(s.tag(1), "User", "Pet", 1)} },
		"list of those":    func(s *server) []string { return []string{"If-Match", `"abc", W/` + s.tag(1), "If-Match", `""`} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			for _, method := range []string{"PUT", "DELETE"} {
				a := s.do(method, s.path(), "mine", header(s)...)
				require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
				assert.Equal(t, "1", s.problem(a).Current)
				assert.Equal(t, "before", s.name())
			}
		})
	}
}

func TestHTTP_ListIsAnyOf(t *testing.T) {
	s := newServer(t)
	s.bump()
	a := s.do("PUT", s.path(), "mine", "If-Match", `"a,b" ,`+s.tag(1), "If-Match", s.tag(2))
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Equal(t, s.tag(3), a.Header.Get("ETag"))
}

func TestHTTP_StarPassesIfTheRowExists(t *testing.T) {
	s := newServer(t)
	s.bump()
	a := s.do("PUT", s.path(), "mine", "If-Match", "*")
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Equal(t, s.tag(3), a.Header.Get("ETag"), "unguarded, but the version changes")

	s.between = func() { s.client.User.DeleteOneID(s.user.ID).IgnoreVersion().ExecX(t.Context()) }
	a = s.do("PUT", s.path(), "mine", "If-Match", "*")
	assert.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
	a = s.do("PUT", s.path(), "mine", "If-Match", "*")
	assert.Equal(t, http.StatusNotFound, a.StatusCode, "who loads first answers 404 first")
}

func TestHTTP_MalformedIfMatchIsRefused(t *testing.T) {
	for name, header := range map[string]string{
		"empty": "", "unquoted": "1", "unterminated": `"1`, "star and more": `*, "1"`,
		"10 kB": `"` + strings.Repeat("a", 10<<10) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			for _, method := range []string{"PUT", "DELETE", "GET"} {
				a := s.do(method, s.path(), "mine", "If-Match", header)
				require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
				assert.Equal(t, occhttp.TypeMalformed, s.problem(a).Type)
				assert.Equal(t, "before", s.name())
			}
		})
	}
}

func TestHTTP_MissingIfMatchIsRequired(t *testing.T) {
	for name, opts := range map[string][]occhttp.Option{"by the write": nil, "by Require": {occhttp.Require()}} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, opts...)
			for _, method := range []string{"PUT", "DELETE"} {
				a := s.do(method, s.path(), "mine")
				require.Equal(t, http.StatusPreconditionRequired, a.StatusCode, a.body)
				p := s.problem(a)
				assert.Equal(t, occhttp.TypeRequired, p.Type)
				assert.Contains(t, p.Detail, "If-Match", "the problem says which header")
				assert.Equal(t, "before", s.name())
			}
			assert.Equal(t, http.StatusOK, s.do("GET", s.path(), "").StatusCode)
		})
	}
}

func TestHTTP_AuthorizationAndNotFoundComeFirst(t *testing.T) {
	s := newServer(t)
	for name, ifMatch := range map[string]string{"stale": s.tag(7), "current": s.tag(1), "any": "*"} {
		t.Run(name, func(t *testing.T) {
			a := s.do("PUT", s.path(), "mine", "If-Match", ifMatch, "Authorization", "nobody")
			require.Equal(t, http.StatusForbidden, a.StatusCode)
			assert.Empty(t, a.Header.Get("ETag"))
			assert.NotContains(t, a.body, "version")
			assert.Equal(t, http.StatusNotFound, s.do("PUT", "/users/99", "mine", "If-Match", ifMatch).StatusCode)
		})
	}
	assert.Equal(t, http.StatusForbidden, s.do("PUT", s.path(), "mine", "Authorization", "nobody").StatusCode, "before 428")
	assert.Equal(t, http.StatusNotFound, s.do("PUT", "/users/99", "mine").StatusCode, "before 428")
}

func TestHTTP_IfNoneMatchOfAGet(t *testing.T) {
	s := newServer(t)
	for _, header := range []string{s.tag(1), "W/" + s.tag(1), `"x", ` + s.tag(1), "*"} {
		for _, method := range []string{"GET", "HEAD"} {
			a := s.do(method, s.path(), "", "If-None-Match", header)
			assert.Equal(t, http.StatusNotModified, a.StatusCode, header)
			assert.Equal(t, s.tag(1), a.Header.Get("ETag"))
			assert.Empty(t, a.body)
		}
	}
	s.bump()
	assert.Equal(t, http.StatusOK, s.do("GET", s.path(), "", "If-None-Match", s.tag(1)).StatusCode)
	assert.Equal(t, http.StatusBadRequest, s.do("GET", s.path(), "", "If-None-Match", "1").StatusCode)
}

func TestHTTP_IfMatchOfAGet(t *testing.T) {
	s := newServer(t)
	assert.Equal(t, http.StatusOK, s.do("GET", s.path(), "", "If-Match", s.tag(1)).StatusCode)
	s.bump()
	a := s.do("GET", s.path(), "", "If-Match", s.tag(1), "If-None-Match", s.tag(2))
	require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, "If-Match comes first")
	assert.Empty(t, a.Header.Get("ETag"))
	p := s.problem(a)
	assert.Equal(t, []string{"1"}, p.Expected)
	assert.Equal(t, "2", p.Current)
}

func TestHTTP_IfNoneMatchStarOnlyCreates(t *testing.T) {
	s := newServer(t, occhttp.Require())
	a := s.do("PUT", "/accounts/a", "", "If-None-Match", "*")
	require.Equal(t, http.StatusCreated, a.StatusCode, a.body)
	assert.Equal(t, `"Account/a/1"`, a.Header.Get("ETag"))
	a = s.do("PUT", "/accounts/a", "", "If-None-Match", "*")
	require.Equal(t, http.StatusPreconditionFailed, a.StatusCode, a.body)
	assert.NotContains(t, a.body, "UNIQUE", "the database's words are not for clients")
	assert.Equal(t, http.StatusPreconditionFailed, s.do("PUT", "/accounts/b", "", "If-None-Match", "*", "If-Match", "*").StatusCode)
	assert.Equal(t, http.StatusBadRequest, s.do("PUT", "/accounts/b", "", "If-None-Match", `"Account/b/1"`).StatusCode)
	assert.Equal(t, http.StatusBadRequest, s.do("PUT", "/accounts/b", "", "If-None-Match", "").StatusCode)
	assert.Equal(t, 1, s.client.Account.Query().CountX(t.Context()))
}

func TestHTTP_ForgottenPreconditionIsReported(t *testing.T) {
	var ignored []string
	s := newServer(t, occhttp.OnIgnored(func(r *http.Request, header string) { ignored = append(ignored, header+" "+r.URL.Path) }))
	assert.Equal(t, "done", s.do("PUT", "/forgetful/1", "", "If-Match", s.tag(1)).body)
	assert.Equal(t, http.StatusOK, s.do("PUT", "/silent/1", "", "If-None-Match", "*").StatusCode)
	s.do("PUT", "/forgetful/1", "")
	s.do("PUT", s.path(), "mine", "If-Match", s.tag(1))
	s.do("PUT", s.path(), "mine", "If-Match", s.tag(1))
	s.do("GET", s.path(), "", "If-Match", s.tag(2))
	assert.Equal(t, []string{"If-Match /forgetful/1", "If-None-Match /silent/1"}, ignored)
}

func TestHTTP_BrowserIsShownAPage(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	s := newServer(t)
	s.bump()
	a := s.do("PUT", s.path(), "mine", "If-Match", s.tag(1), "Accept", browser)
	assert.Equal(t, http.StatusPreconditionFailed, a.StatusCode)
	assert.Equal(t, "text/html; charset=utf-8", a.Header.Get("Content-Type"))
	assert.Contains(t, a.body, "<h1>Modified by somebody else</h1>")
	assert.Contains(t, a.body, `href="`+s.path()+`"`)

	a = s.do("PUT", s.path(), "mine", "If-Match", `"<script>"`, "Accept", browser)
	assert.NotContains(t, a.body, "<script>")
	for _, accept := range []string{"", "*/*", "application/json", "text/html;q=0.5, application/json", "text/html;q=0", "text/html;q=x"} {
		a := s.do("PUT", s.path(), "mine", "If-Match", s.tag(1), "Accept", accept)
		assert.Equal(t, "application/problem+json", a.Header.Get("Content-Type"), accept)
	}
}

func TestHTTP_PageIsReplaceable(t *testing.T) {
	page := template.Must(template.New("").Parse(`{{ .Status }} at {{ .Request.URL.Path }}`))
	s := newServer(t, occhttp.ErrorPage(page))
	a := s.do("PUT", s.path(), "", "Accept", "text/html")
	assert.Equal(t, "428 at "+s.path(), a.body)
	broken := template.Must(template.New("").Parse(`{{ .Missing }}`))
	s = newServer(t, occhttp.ErrorPage(broken))
	a = s.do("PUT", s.path(), "", "Accept", "text/html")
	assert.Equal(t, http.StatusPreconditionRequired, s.problem(a).Status, "a broken page does not hide the answer")
}

func TestHTTP_BodyTooLargeIsTold(t *testing.T) {
	s := newServer(t)
	a := s.do("PUT", s.path(), strings.Repeat("a", 101), "If-Match", s.tag(1))
	assert.Equal(t, http.StatusRequestEntityTooLarge, s.problem(a).Status)
}
