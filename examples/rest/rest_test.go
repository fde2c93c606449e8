package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/occhttp"
)

func TestProject_LifeOverHTTP(t *testing.T) {
	onEach(t, func(s *server) {
		a := s.do("PUT", "/projects/apollo", `{"name": "Apollo"}`, "If-None-Match", "*")
		require.Equal(s, http.StatusCreated, a.StatusCode, a.body)
		assert.Equal(s, "/projects/apollo", a.Header.Get("Location"))
		assert.Regexp(s, `^"Project/apollo/[0-9a-f-]{36}"$`, a.Header.Get("ETag"))
		s.problem(http.StatusPreconditionFailed, s.do("PUT", "/projects/apollo", `{"name": "Mine"}`, "If-None-Match", "*"))

		a = s.do("GET", "/projects/apollo", "")
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "", "points": 0}`, a.body)
		tag := a.Header.Get("ETag")
		assert.Equal(s, http.StatusNotModified, s.do("GET", "/projects/apollo", "", "If-None-Match", tag).StatusCode)

		a = s.do("PATCH", "/projects/apollo", `{"points": 11}`, "If-Match", tag)
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "", "points": 11}`, a.body)
		p := s.problem(http.StatusPreconditionFailed, s.do("PUT", "/projects/apollo", `{"name": "Mine"}`, "If-Match", tag))
		assert.Equal(s, []string{version(tag)}, p.Expected)
		assert.Equal(s, version(a.Header.Get("ETag")), p.Current)

		tag = a.Header.Get("ETag")
		a = s.do("PUT", "/projects/apollo", `{"name": "Saturn"}`, "If-Match", tag)
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		assert.JSONEq(s, `{"id": "apollo", "name": "Saturn", "description": "", "points": 0}`, a.body, "PUT replaces the whole project")
		s.problem(http.StatusPreconditionFailed, s.do("DELETE", "/projects/apollo", "", "If-Match", tag))
		assert.Equal(s, http.StatusNoContent, s.do("DELETE", "/projects/apollo", "", "If-Match", a.Header.Get("ETag")).StatusCode)
		s.problem(http.StatusNotFound, s.do("DELETE", "/projects/apollo", "", "If-Match", "*"))
	})
}

// version is the version that a tag names.
func version(tag string) string { return strings.Trim(tag[strings.LastIndex(tag, "/")+1:], `"`) }

// Case 37: clients choose the IDs of projects, so an ID can come back.
func TestProject_TagOfADeletedOneNeverMatchesItsSuccessor(t *testing.T) {
	onEach(t, func(s *server) {
		a := s.do("PUT", "/projects/apollo", `{"name": "Apollo"}`, "If-None-Match", "*")
		old := a.Header.Get("ETag")
		require.Equal(s, http.StatusNoContent, s.do("DELETE", "/projects/apollo", "", "If-Match", old).StatusCode)
		a = s.do("PUT", "/projects/apollo", `{"name": "Apollo"}`, "If-None-Match", "*")
		require.Equal(s, http.StatusCreated, a.StatusCode, a.body)
		require.NotEqual(s, old, a.Header.Get("ETag"))
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			s.problem(http.StatusPreconditionFailed, s.do(method, "/projects/apollo", `{"name": "mine"}`, "If-Match", old))
		}
		assert.Equal(s, http.StatusOK, s.do("GET", "/projects/apollo", "", "If-None-Match", old).StatusCode, "a cache must not return the old one")
	})
}

func TestProject_DeleteKnowsOfTasksThatCameAndWent(t *testing.T) {
	onEach(t, func(s *server) {
		s.project("apollo")
		read := func() string { return s.do("GET", "/projects/apollo", "").Header.Get("ETag") }
		requireStale := func(tag, change string) {
			s.problem(http.StatusPreconditionFailed, s.do("DELETE", "/projects/apollo", "", "If-Match", tag))
			assert.Equal(s, http.StatusOK, s.do("GET", "/projects/apollo", "").StatusCode, change)
		}
		tag := read()
		a := s.do("POST", "/projects/apollo/tasks", `{"title": "Land"}`)
		require.Equal(s, http.StatusCreated, a.StatusCode, a.body)
		path := a.Header.Get("Location")
		requireStale(tag, "a task was added")

		tag = read()
		a = s.do("PATCH", path, `{"done": true}`, "If-Match", a.Header.Get("ETag"))
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)
		requireStale(tag, "a task was changed")

		tag = read()
		require.Equal(s, http.StatusNoContent, s.do("DELETE", path, "", "If-Match", a.Header.Get("ETag")).StatusCode)
		requireStale(tag, "a task was deleted")
		require.Equal(s, http.StatusNoContent, s.do("DELETE", "/projects/apollo", "", "If-Match", read()).StatusCode)
	})
}

func TestProject_TaskAddedBetweenCheckAndDeleteIsFound(t *testing.T) {
	onEach(t, func(s *server) {
		p := s.project("apollo")
		s.between = func() { s.client.Task.Create().SetProject(p).SetTitle("new").ExecX(s.Context()) }
		s.problem(http.StatusPreconditionFailed, s.do("DELETE", "/projects/apollo", "", "If-Match", tagText(p)))
		assert.Equal(s, 1, s.client.Task.Query().CountX(s.Context()))
	})
}

// Case 36.
func TestWrite_PreconditionThatIsNotCarriedOutWritesNothing(t *testing.T) {
	onEach(t, func(s *server) {
		p := s.project("apollo")
		task := s.client.Task.Create().SetProject(p).SetTitle("before").SaveX(s.Context())
		p = s.client.Project.GetX(s.Context(), "apollo")
		taskPath := "/projects/apollo/tasks/" + strconv.Itoa(task.ID)
		for _, request := range [][5]string{
			{"POST", "/projects", `{"id": "gemini", "name": "mine"}`, "If-None-Match", "*"},
			{"POST", "/projects", `{"id": "gemini", "name": "mine"}`, "If-Match", "*"},
			{"POST", "/projects/apollo/tasks", `{"title": "mine"}`, "If-None-Match", `"x"`},
			{"POST", "/projects/apollo/tasks", `{"title": "mine"}`, "If-Match", tagText(p)},
			{"PATCH", "/projects/apollo", `{"name": "mine"}`, "If-None-Match", "*"},
			{"PATCH", taskPath, `{"title": "mine"}`, "If-None-Match", `"x"`},
			{"PUT", taskPath, `{"title": "mine"}`, "If-None-Match", "*"},
			{"PUT", "/projects/apollo", `{"name": "mine"}`, "If-None-Match", `"x"`},
			{"DELETE", taskPath, "", "If-None-Match", "*"},
		} {
			got := s.problem(http.StatusBadRequest, s.do(request[0], request[1], request[2], request[3], request[4]))
			assert.Contains(s, got.Detail, request[3])
		}
		a := s.do("PATCH", "/projects/apollo", `{"name": "mine"}`, "If-Match", tagText(p), "If-None-Match", "*")
		s.problem(http.StatusBadRequest, a)
		assert.Equal(s, 1, s.client.Project.Query().CountX(s.Context()))
		assert.Equal(s, p.VersionKey(), s.client.Project.GetX(s.Context(), "apollo").VersionKey())
		assert.Equal(s, task.VersionKey(), s.client.Task.Query().OnlyX(s.Context()).VersionKey())
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
		assert.Equal(s, a.Header.Get("ETag"), views[0].ETag, "a list has the tags that writes need")
		assert.True(s, views[0].Done)

		s.project("gemini")
		other := strings.Replace(path, "apollo", "gemini", 1)
		s.problem(http.StatusNotFound, s.do("PATCH", other, `{"done": false}`, "If-Match", views[0].ETag))
		assert.Equal(s, http.StatusNoContent, s.do("DELETE", path, "", "If-Match", views[0].ETag).StatusCode)
	})
}

func TestTask_ConflictSaysWhoAndWhenAndWhatDiffers(t *testing.T) {
	onEach(t, func(s *server) {
		old := tagText(s.project("apollo"))
		a := s.do("POST", "/projects/apollo/tasks", `{"title": "Land"}`, "X-Forwarded-User", "ann")
		path, tag := a.Header.Get("Location"), a.Header.Get("ETag")
		before := time.Now()
		a = s.do("PATCH", path, `{"title": "Land softly"}`, "If-Match", tag, "X-Forwarded-User", "bob")
		require.Equal(s, http.StatusOK, a.StatusCode, a.body)

		p := s.problem(http.StatusPreconditionFailed, s.do("PUT", path, `{"title": "Land", "done": false}`, "If-Match", tag, "X-Forwarded-User", "eve"))
		assert.Equal(s, []string{version(tag)}, p.Expected)
		assert.Equal(s, version(a.Header.Get("ETag")), p.Current)
		assert.Equal(s, "bob", p.ModifiedBy)
		assert.WithinRange(s, p.ModifiedAt, before.Add(-time.Second), time.Now().Add(time.Second))
		assert.Equal(s, []string{"title"}, p.Clashes, "done is the same, and clients do not know changed_by")

		p = s.problem(http.StatusPreconditionFailed, s.do("PATCH", "/projects/apollo", `{"name": "Gemini"}`, "If-Match", old))
		assert.Equal(s, []string{"name"}, p.Clashes)
		assert.Empty(s, p.ModifiedBy, "a change of a task may have bumped the version of the project")
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
		s.project("a")
		b := s.project("b")
		s.project("c")
		var views []projectView
		require.NoError(s, json.Unmarshal([]byte(s.do("GET", "/projects?limit=2&after=a", "").body), &views))
		require.Len(s, views, 2)
		assert.Equal(s, projectView{ID: "b", Name: "before", ETag: tagText(b)}, views[0])
	})
}

// RFC 7396: what a patch does not name is left alone, and a patch that is invalid or names what can't be changed changes nothing.
func TestPatch_IsAMergePatch(t *testing.T) {
	onEach(t, func(s *server) {
		a := s.do("PUT", "/projects/apollo", `{"name": "Apollo", "points": 11}`, "If-None-Match", "*")
		tag := a.Header.Get("ETag")
		for body, names := range map[string]string{
			`{"name": null}`: "name", `{"points": "12"}`: "points", `{"id": "x"}`: "id", `{"version": "x"}`: "version",
			`{"points": 1, "points": 2}`: "points", `{"name": {"x": 1}}`: "name", `[]`: "object", `{`: "JSON",
		} {
			p := s.problem(http.StatusBadRequest, s.do("PATCH", "/projects/apollo", body, "If-Match", tag))
			assert.Contains(s, p.Detail, names)
		}
		a = s.do("PATCH", "/projects/apollo", `points=1`, "Content-Type", "application/x-www-form-urlencoded")
		assert.Equal(s, http.StatusUnsupportedMediaType, a.StatusCode)
		assert.Equal(s, occhttp.MergePatchType, a.Header.Get("Accept-Patch"))

		a = s.do("PATCH", "/projects/apollo", `{"description": "Moon"}`, "If-Match", tag)
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "Moon", "points": 11}`, a.body)
		s.problem(http.StatusPreconditionFailed, s.do("PATCH", "/projects/apollo", `{"description": "Mars"}`, "If-Match", tag))
		a = s.do("PATCH", "/projects/apollo", `{"description": null}`, "If-Match", a.Header.Get("ETag"))
		assert.JSONEq(s, `{"id": "apollo", "name": "Apollo", "description": "", "points": 11}`, a.body)
	})
}
