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

func TestProject_LifeOverHTTP(t *testing.T) {
	onEach(t, func(s *server) {
		a := s.do("PUT", "/projects/apollo", `{"name": "Apollo"}`, "If-None-Match", "*")
		require.Equal(s, http.StatusCreated, a.StatusCode, a.body)
		assert.Equal(s, "/projects/apollo", a.Header.Get("Location"))
		assert.Equal(s, `"Project/apollo/1"`, a.Header.Get("ETag"))
		s.problem(http.StatusPreconditionFailed, s.do("PUT", "/projects/apollo", `{"name": "Mine"}`, "If-None-Match", "*"))

		a = s.do("GET", "/projects/apollo", "")
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "", "points": 0}`, a.body)
		tag := a.Header.Get("ETag")
		assert.Equal(s, http.StatusNotModified, s.do("GET", "/projects/apollo", "", "If-None-Match", tag).StatusCode)

		a = s.do("PATCH", "/projects/apollo", `{"points": 11}`, "If-Match", tag)
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "", "points": 11}`, a.body)
		p := s.problem(http.StatusPreconditionFailed, s.do("PUT", "/projects/apollo", `{"name": "Mine"}`, "If-Match", tag))
		assert.Equal(s, []string{"1"}, p.Expected)
		assert.Equal(s, "2", p.Current)

		tag = a.Header.Get("ETag")
		a = s.do("PUT", "/projects/apollo", `{"name": "Saturn"}`, "If-Match", tag)
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		assert.JSONEq(s, `{"id": "apollo", "name": "Saturn", "description": "", "points": 0}`, a.body, "PUT replaces all of it")
		s.problem(http.StatusPreconditionFailed, s.do("DELETE", "/projects/apollo", "", "If-Match", tag))
		assert.Equal(s, http.StatusNoContent, s.do("DELETE", "/projects/apollo", "", "If-Match", a.Header.Get("ETag")).StatusCode)
		s.problem(http.StatusNotFound, s.do("DELETE", "/projects/apollo", "", "If-Match", "*"))
	})
}

func TestTask_LifeOverHTTP(t *testing.T) {
	onEach(t, func(s *server) {
		s.project("apollo")
		a := s.do("POST", "/projects/apollo/tasks", `{"title": "Land"}`)
		require.Equal(s, http.StatusCreated, a.StatusCode, a.body)
		path, tag := a.Header.Get("Location"), a.Header.Get("ETag")
		assert.Equal(s, tag, s.do("GET", path, "").Header.Get("ETag"))

		a = s.do("PATCH", path, `{"done": true}`, "If-Match", tag)
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		s.problem(http.StatusPreconditionFailed, s.do("PUT", path, `{"title": "Mine"}`, "If-Match", tag))
		var views []taskView
		require.NoError(s, json.Unmarshal([]byte(s.do("GET", "/projects/apollo/tasks", "").body), &views))
		require.Len(s, views, 1)
		assert.Equal(s, a.Header.Get("ETag"), views[0].ETag, "a list has the tag that a write needs")
		assert.True(s, views[0].Done)

		s.project("gemini")
		other := strings.Replace(path, "apollo", "gemini", 1)
		s.problem(http.StatusNotFound, s.do("PATCH", other, `{"done": false}`, "If-Match", views[0].ETag))
		assert.Equal(s, http.StatusNoContent, s.do("DELETE", path, "", "If-Match", views[0].ETag).StatusCode)
	})
}

func TestWrite_CommitBetweenCheckAndWriteIsFound(t *testing.T) {
	onEach(t, func(s *server) {
		p := s.project("apollo")
		task := s.client.Task.Create().SetProject(p).SetTitle("before").SaveX(s.Context())
		taskPath := "/projects/apollo/tasks/" + strconv.Itoa(task.ID)
		s.between = func() {
			s.client.Project.UpdateOneID("apollo").IgnoreVersion().AddPoints(1).ExecX(s.Context())
			s.client.Task.UpdateOneID(task.ID).IgnoreVersion().SetDone(true).ExecX(s.Context())
		}
		for _, request := range [][2]string{{"PUT", "/projects/apollo"}, {"PATCH", "/projects/apollo"}, {"DELETE", "/projects/apollo"}} {
			tag := tagText(s.client.Project.GetX(s.Context(), "apollo"))
			s.problem(http.StatusPreconditionFailed, s.do(request[0], request[1], `{"name": "mine"}`, "If-Match", tag))
		}
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			tag := tagText(s.client.Task.GetX(s.Context(), task.ID))
			s.problem(http.StatusPreconditionFailed, s.do(method, taskPath, `{"title": "mine"}`, "If-Match", tag))
		}
		assert.Equal(s, "before", s.client.Project.GetX(s.Context(), "apollo").Name)
		assert.Equal(s, "before", s.client.Task.GetX(s.Context(), task.ID).Title)
	})
}

func TestWrite_BadRequestsWriteNothing(t *testing.T) {
	onEach(t, func(s *server) {
		before := s.project("apollo")
		tag := tagText(before)
		for name, tt := range map[string]struct {
			body   string
			header []string
			status int
		}{
			"no If-Match":       {`{"name": "mine"}`, nil, http.StatusPreconditionRequired},
			"unquoted":          {`{"name": "mine"}`, []string{"If-Match", "1"}, http.StatusBadRequest},
			"weak":              {`{"name": "mine"}`, []string{"If-Match", "W/" + tag}, http.StatusPreconditionFailed},
			"tag of another":    {`{"name": "mine"}`, []string{"If-Match", `"Project/gemini/1"`}, http.StatusPreconditionFailed},
			"no JSON":           {`{"name": `, []string{"If-Match", tag}, http.StatusBadRequest},
			"empty body":        {"", []string{"If-Match", tag}, http.StatusBadRequest},
			"two values":        {`{"name": "mine"} {}`, []string{"If-Match", tag}, http.StatusBadRequest},
			"unknown field":     {`{"name": "mine", "version": 7}`, []string{"If-Match", tag}, http.StatusBadRequest},
			"wrong type":        {`{"name": 7}`, []string{"If-Match", tag}, http.StatusBadRequest},
			"refused by schema": {`{"name": ""}`, []string{"If-Match", tag}, http.StatusBadRequest},
			"other ID":          {`{"id": "gemini", "name": "mine"}`, []string{"If-Match", tag}, http.StatusBadRequest},
			"too large":         {`{"name": "` + strings.Repeat("x", maxBody) + `"}`, []string{"If-Match", tag}, http.StatusRequestEntityTooLarge},
		} {
			for _, method := range []string{"PUT", "PATCH"} {
				a := s.do(method, "/projects/apollo", tt.body, tt.header...)
				assert.Equal(s, tt.status, a.StatusCode, "%s, %s: %s", name, method, a.body)
			}
		}
		assert.Equal(s, before.VersionKey(), s.client.Project.GetX(s.Context(), "apollo").VersionKey())
		for _, query := range []string{"?limit=0", "?limit=x", "?limit=201"} {
			s.problem(http.StatusBadRequest, s.do("GET", "/projects"+query, ""))
		}
		s.problem(http.StatusBadRequest, s.do("GET", "/projects/apollo/tasks?after=x", ""))
		s.problem(http.StatusNotFound, s.do("GET", "/projects/apollo/tasks/x", ""))
		s.problem(http.StatusConflict, s.do("POST", "/projects", `{"id": "apollo", "name": "mine"}`))
		s.problem(http.StatusBadRequest, s.do("POST", "/projects", `{"name": "mine"}`))
	})
}

func TestList_GoesOnAfterTheLastOne(t *testing.T) {
	onEach(t, func(s *server) {
		for _, id := range []string{"a", "b", "c"} {
			s.project(id)
		}
		var views []projectView
		require.NoError(s, json.Unmarshal([]byte(s.do("GET", "/projects?limit=2&after=a", "").body), &views))
		require.Len(s, views, 2)
		assert.Equal(s, projectView{ID: "b", Name: "before", ETag: `"Project/b/1"`}, views[0])
	})
}

func TestOpenAPI_NamesEveryRouteAndItsPreconditions(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(openAPI, &doc))
	for pattern := range routes(new(api)) {
		method, path, _ := strings.Cut(pattern, " ")
		operation := string(doc.Paths[path][strings.ToLower(method)])
		require.NotEmpty(t, operation, pattern)
		switch method {
		case "GET":
		case "POST":
			assert.Contains(t, operation, `"ETag"`, pattern)
		default:
			for _, name := range []string{"parameters/IfMatch", "PreconditionFailed", "PreconditionRequired"} {
				assert.Contains(t, operation, name, pattern)
			}
		}
	}
	assert.Contains(t, string(openAPI), `"name": "If-Match"`)
}
