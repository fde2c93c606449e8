package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/occhttp"
)

// rename is one handler, for each router to serve.
func rename(client *ent.Client, id string, w http.ResponseWriter, r *http.Request) error {
	p, err := client.Project.UpdateOneID(id).IfMatch(occhttp.IfMatch(r)).SetName("mine").Save(r.Context())
	if err != nil {
		return err
	}
	return occhttp.SetETag(w, p)
}

// routers are the ways in which the routers of the Go world take occhttp. Each has a handler that forgets the
// precondition, too.
var routers = map[string]func(*ent.Client) http.Handler{
	"net/http": func(client *ent.Client) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("PUT /projects/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
			return rename(client, r.PathValue("id"), w, r)
		}))
		mux.HandleFunc("PUT /forgetful", func(http.ResponseWriter, *http.Request) {})
		return occhttp.Middleware(occhttp.Strict())(mux)
	},
	"chi": func(client *ent.Client) http.Handler {
		router := chi.NewRouter()
		router.Use(occhttp.Middleware(occhttp.Strict()))
		router.Method("PUT", "/projects/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
			return rename(client, chi.URLParam(r, "id"), w, r)
		}))
		router.Put("/forgetful", func(http.ResponseWriter, *http.Request) {})
		return router
	},
	"echo": func(client *ent.Client) http.Handler {
		e := echo.New()
		e.HTTPErrorHandler = func(err error, c echo.Context) {
			var of *echo.HTTPError // echo's own, as for a route that is not there
			if errors.As(err, &of) {
				err = &occhttp.Problem{Status: of.Code}
			}
			occhttp.WriteError(c.Response(), c.Request(), err)
		}
		e.PUT("/projects/:id", func(c echo.Context) error {
			return rename(client, c.Param("id"), c.Response(), c.Request())
		})
		e.PUT("/forgetful", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
		return occhttp.Middleware(occhttp.Strict())(e)
	},
	"gin": func(client *ent.Client) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New()
		engine.PUT("/projects/:id", func(c *gin.Context) {
			if err := rename(client, c.Param("id"), c.Writer, c.Request); err != nil {
				occhttp.WriteError(c.Writer, c.Request, err)
			}
		})
		engine.PUT("/forgetful", func(c *gin.Context) { c.Status(http.StatusOK) })
		return occhttp.Middleware(occhttp.Strict())(engine)
	},
}

func TestRouters_TakeTheMiddlewareAndTheErrors(t *testing.T) {
	for name, router := range routers {
		t.Run(name, func(t *testing.T) {
			client, err := open(t.Context(), filepath.Join(t.TempDir(), "routers.db"), "")
			require.NoError(t, err)
			defer client.Close()
			client.Project.Create().SetID("apollo").SetName("before").ExecX(t.Context())
			listener := httptest.NewServer(router(client))
			defer listener.Close()
			for _, tt := range []struct {
				path, ifMatch string
				status        int
				tag           string
			}{
				{"/projects/apollo", `"Project/apollo/1"`, http.StatusOK, `"Project/apollo/2"`},
				{"/projects/apollo", `"Project/apollo/1"`, http.StatusPreconditionFailed, ""},
				{"/projects/apollo", "unquoted", http.StatusBadRequest, ""},
				{"/projects/apollo", "", http.StatusPreconditionRequired, ""},
				{"/forgetful", `"Project/apollo/2"`, http.StatusInternalServerError, ""},
				{"/forgetful", "", http.StatusOK, ""},
				{"/nowhere", `"Project/apollo/2"`, http.StatusNotFound, ""},
			} {
				req, err := http.NewRequestWithContext(t.Context(), "PUT", listener.URL+tt.path, strings.NewReader(""))
				require.NoError(t, err)
				if tt.ifMatch != "" {
					req.Header.Set("If-Match", tt.ifMatch)
				}
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, tt.status, resp.StatusCode, "%s If-Match %s", tt.path, tt.ifMatch)
				assert.Equal(t, tt.tag, resp.Header.Get("ETag"))
				if resp.StatusCode > 299 && tt.path != "/nowhere" {
					assert.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
				}
			}
		})
	}
}
