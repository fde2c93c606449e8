package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/oapi-codegen/nullable"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/rest/client"
	"github.com/entocc/entocc/occhttp"
)

// generated returns a client as oapi-codegen makes it, for a user whom the proxy in front has authenticated. What it is answered is held to
// openapi.json.
func (s *server) generated(user string) *client.ClientWithResponses {
	s.Helper()
	c, err := client.NewClientWithResponses(s.url, client.WithHTTPClient(s),
		client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("X-Forwarded-User", user)
			return nil
		}))
	require.NoError(s, err)
	return c
}

// withoutIfMatch makes a request that the generated types do not allow.
func withoutIfMatch(_ context.Context, req *http.Request) error {
	req.Header.Del("If-Match")
	return nil
}

func TestClient_TheSecondOfTwoMergesAndSaves(t *testing.T) {
	onEach(t, func(s *server) {
		s.project("apollo")
		ann, bob, ctx := s.generated("ann"), s.generated("bob"), s.Context()
		annRead, err := fetch(ctx, ann, "apollo")
		require.NoError(s, err)
		bobRead, err := fetch(ctx, bob, "apollo")
		require.NoError(s, err)

		first, err := ann.PutProjectWithResponse(ctx, "apollo", &client.PutProjectParams{IfMatch: &annRead.tag},
			client.ProjectBody{Name: "Apollo", Points: ptr(11)})
		require.NoError(s, err)
		require.NotNil(s, first.JSON200, string(first.Body))
		mine := client.ProjectBody{Name: "Saturn", Description: ptr("Moon")}
		second, err := bob.PutProjectWithResponse(ctx, "apollo", &client.PutProjectParams{IfMatch: &bobRead.tag}, mine)
		require.NoError(s, err)
		require.Nil(s, second.JSON200)
		p := second.ApplicationProblemJSON412
		require.NotNil(s, p, string(second.Body))
		assert.Equal(s, client.ProblemTypeModified, p.Type)
		assert.Equal(s, []string{version(bobRead.tag)}, *p.Expected)
		assert.Equal(s, version(first.Headers200.ETag), *p.Current)
		assert.Equal(s, []string{"name", "description", "points"}, *p.Clashes)
		assert.Equal(s, "Apollo", s.client.Project.GetX(ctx, "apollo").Name, "nothing was written")

		now, err := fetch(ctx, bob, "apollo")
		require.NoError(s, err)
		mine.Points = &now.Points
		merged, err := bob.PutProjectWithResponse(ctx, "apollo", &client.PutProjectParams{IfMatch: &now.tag}, mine)
		require.NoError(s, err)
		require.NotNil(s, merged.JSON200, string(merged.Body))
		assert.Equal(s, client.Project{ID: "apollo", Name: "Saturn", Description: "Moon", Points: 11}, *merged.JSON200)
		stored := s.client.Project.GetX(ctx, "apollo")
		assert.Equal(s, viewProject(stored), projectView{ID: "apollo", Name: "Saturn", Description: "Moon", Points: 11})
		assert.Equal(s, tagText(stored), merged.Headers200.ETag)
	})
}

func TestClient_IsShownWhoChangedATaskAndWhen(t *testing.T) {
	onEach(t, func(s *server) {
		s.project("apollo")
		ann, bob, ctx := s.generated("ann"), s.generated("bob"), s.Context()
		created, err := ann.CreateTaskWithResponse(ctx, "apollo", client.TaskBody{Title: "Land"})
		require.NoError(s, err)
		require.NotNil(s, created.JSON201, string(created.Body))
		id, tag := created.JSON201.ID, created.Headers201.ETag
		done, err := ann.PatchTaskWithApplicationMergePatchPlusJSONBodyWithResponse(ctx, "apollo", id, &client.PatchTaskParams{IfMatch: tag}, client.TaskPatch{Done: ptr(true)})
		require.NoError(s, err)
		require.NotNil(s, done.JSON200, string(done.Body))

		stale, err := bob.PutTaskWithResponse(ctx, "apollo", id, &client.PutTaskParams{IfMatch: tag}, client.TaskBody{Title: "Land"})
		require.NoError(s, err)
		p := stale.ApplicationProblemJSON412
		require.NotNil(s, p, string(stale.Body))
		assert.Equal(s, "ann", *p.ModifiedBy)
		assert.True(s, s.client.Task.GetX(ctx, id).ChangedAt.Equal(*p.ModifiedAt))
		assert.Equal(s, []string{"done"}, *p.Clashes)
		list, err := bob.ListTasksWithResponse(ctx, "apollo", nil)
		require.NoError(s, err)
		gone, err := bob.DeleteTaskWithResponse(ctx, "apollo", id, &client.DeleteTaskParams{IfMatch: *(*list.JSON200)[0].Etag})
		require.NoError(s, err)
		assert.Equal(s, http.StatusNoContent, gone.StatusCode(), "by the tag of a list")
	})
}

func TestClient_PatchesWithNullAndNothingElse(t *testing.T) {
	onEach(t, func(s *server) {
		c, ctx := s.generated("ann"), s.Context()
		s.client.Project.Create().SetID("apollo").SetName("Apollo").SetDescription("Moon").SetPoints(11).ExecX(ctx)
		read, err := fetch(ctx, c, "apollo")
		require.NoError(s, err)
		saved, err := save(ctx, c, read, client.ProjectPatch{Description: nullable.NewNullNullable[string]()})
		require.NoError(s, err)
		assert.Equal(s, client.Project{ID: "apollo", Name: "Apollo", Points: 11}, saved.Project)

		null := strings.NewReader(`{"points": 12, "name": null}`)
		refused, err := c.PatchProjectWithBodyWithResponse(ctx, "apollo", &client.PatchProjectParams{IfMatch: saved.tag}, occhttp.MergePatchType, null)
		require.NoError(s, err)
		require.NotNil(s, refused.ApplicationProblemJSON400, string(refused.Body))
		assert.Equal(s, "name can't be null.", *refused.ApplicationProblemJSON400.Detail)
		assert.Equal(s, 11, s.client.Project.GetX(ctx, "apollo").Points)
	})
}

func TestClient_HearsWhatIsWrongWithItsPrecondition(t *testing.T) {
	onEach(t, func(s *server) {
		c, ctx := s.generated("ann"), s.Context()
		stale := tagText(s.project("apollo"))
		s.client.Project.UpdateOneID("apollo").IgnoreVersion().SetPoints(1).ExecX(ctx)
		patch := func(tag string, editors ...client.RequestEditorFn) *client.PatchProjectResponse {
			a, err := c.PatchProjectWithApplicationMergePatchPlusJSONBodyWithResponse(ctx, "apollo",
				&client.PatchProjectParams{IfMatch: tag}, client.ProjectPatch{Name: ptr("mine")}, editors...)
			require.NoError(s, err)
			return a
		}
		if a := patch("", withoutIfMatch); assert.NotNil(s, a.ApplicationProblemJSON428, string(a.Body)) {
			assert.Equal(s, client.ProblemTypeRequired, a.ApplicationProblemJSON428.Type)
		}
		for _, tag := range []string{"", "unquoted", `"open`, `"a" "b"`, "*, " + stale} {
			if a := patch(tag); assert.NotNil(s, a.ApplicationProblemJSON400, "%q: %s", tag, a.Body) {
				assert.Equal(s, client.ProblemTypeMalformed, a.ApplicationProblemJSON400.Type, tag)
			}
		}
		if a := patch("W/" + stale); assert.NotNil(s, a.ApplicationProblemJSON412, string(a.Body)) {
			assert.Equal(s, client.ProblemTypeWeakened, a.ApplicationProblemJSON412.Type)
		}
		gone, err := c.DeleteProjectWithResponse(ctx, "apollo", &client.DeleteProjectParams{IfMatch: stale})
		require.NoError(s, err)
		if assert.NotNil(s, gone.ApplicationProblemJSON412, string(gone.Body)) {
			assert.Equal(s, client.ProblemTypeModified, gone.ApplicationProblemJSON412.Type)
			assert.Nil(s, gone.ApplicationProblemJSON412.Clashes, "a delete sets nothing")
		}
		gone, err = c.DeleteProjectWithResponse(ctx, "apollo", nil)
		require.NoError(s, err)
		assert.NotNil(s, gone.ApplicationProblemJSON428, string(gone.Body))
		assert.Equal(s, "before", s.client.Project.GetX(ctx, "apollo").Name)
	})
}

func TestClient_CreatesOnce(t *testing.T) {
	onEach(t, func(s *server) {
		c, ctx := s.generated("ann"), s.Context()
		put := func(name string) *client.PutProjectResponse {
			a, err := c.PutProjectWithResponse(ctx, "apollo",
				&client.PutProjectParams{IfNoneMatch: ptr(client.PutProjectParamsIfNoneMatchAsterisk)}, client.ProjectBody{Name: name})
			require.NoError(s, err)
			return a
		}
		a := put("Apollo")
		require.NotNil(s, a.JSON201, string(a.Body))
		assert.Equal(s, "/projects/apollo", a.Headers201.Location)
		unchanged, err := c.GetProjectWithResponse(ctx, "apollo", &client.GetProjectParams{IfNoneMatch: &a.Headers201.ETag})
		require.NoError(s, err)
		assert.Equal(s, http.StatusNotModified, unchanged.StatusCode())
		assert.NotNil(s, put("Mine").ApplicationProblemJSON412)
		posted, err := c.CreateProjectWithResponse(ctx, client.ProjectCreate{ID: "apollo", Name: "Mine"})
		require.NoError(s, err)
		assert.NotNil(s, posted.ApplicationProblemJSON409)
		posted, err = c.CreateProjectWithResponse(ctx, client.ProjectCreate{ID: "gemini", Name: "Gemini"})
		require.NoError(s, err)
		require.NotNil(s, posted.JSON201, string(posted.Body))
		saved, err := save(ctx, c, loaded{*posted.JSON201, posted.Headers201.ETag}, client.ProjectPatch{Points: ptr(1)})
		require.NoError(s, err, "a client goes on with the tag of what it has created")
		assert.Equal(s, 1, saved.Points)
		assert.Equal(s, "Apollo", s.client.Project.GetX(ctx, "apollo").Name)
	})
}

// IDs are in the tags, and generated code encodes and decodes what it sends in headers.
func TestClient_TagsSurviveTheGeneratedCode(t *testing.T) {
	onEach(t, func(s *server) {
		c, ctx := s.generated("ann"), s.Context()
		for _, id := range []string{`a/b`, `100%41`, `"quoted"`, `a,b;c`, `ü ö`, `a+b`, `..a`, `a?b#c`} {
			s.project(id)
			read, err := fetch(ctx, c, id)
			require.NoError(s, err, id)
			saved, err := save(ctx, c, read, client.ProjectPatch{Points: ptr(1)})
			require.NoError(s, err, id)
			assert.Equal(s, tagText(s.client.Project.GetX(ctx, id)), saved.tag)
		}
	})
}

// weakening is a proxy that compresses, and weakens tags for that.
type weakening struct {
	*server
	requests int
}

func (w *weakening) Do(req *http.Request) (*http.Response, error) {
	if w.requests++; w.requests > 9 {
		return nil, errors.New("the client does not give up")
	}
	resp, err := w.server.Do(req)
	if err == nil && resp.Header.Get("ETag") != "" {
		resp.Header.Set("ETag", "W/"+resp.Header.Get("ETag"))
	}
	return resp, err
}

func TestClient_GivesUpBehindAProxyThatWeakensTags(t *testing.T) {
	onEach(t, func(s *server) {
		s.project("apollo")
		c, err := client.NewClientWithResponses(s.url, client.WithHTTPClient(&weakening{server: s}))
		require.NoError(s, err)
		read, err := fetch(s.Context(), c, "apollo")
		require.NoError(s, err)
		_, err = save(s.Context(), c, read, client.ProjectPatch{Points: ptr(1)})
		assert.EqualError(s, err, "412 Weak entity tag")
	})
}

func TestClient_LosesNothingAmongOthers(t *testing.T) {
	const clients, rounds = 8, 5
	onEach(t, func(s *server) {
		s.project("apollo")
		var (
			all    sync.WaitGroup
			others = make(chan error, clients*rounds)
		)
		for range clients {
			all.Go(func() {
				c, err := client.NewClientWithResponses(s.url)
				for i := 0; i < rounds && err == nil; i++ {
					err = addPoint(s.Context(), c)
				}
				others <- err
			})
		}
		all.Wait()
		close(others)
		for err := range others {
			assert.NoError(s, err)
		}
		assert.Equal(s, clients*rounds, s.client.Project.GetX(s.Context(), "apollo").Points)
	})
}

// addPoint decides each clash anew, as a user would who wants one more than there is.
func addPoint(ctx context.Context, c *client.ClientWithResponses) error {
	for {
		read, err := fetch(ctx, c, "apollo")
		if err != nil {
			return err
		}
		_, err = save(ctx, c, read, client.ProjectPatch{Points: ptr(read.Points + 1)})
		var undecided *clash
		if !errors.As(err, &undecided) {
			return err
		}
	}
}

func TestCollide_PrintsWhatTheTwoGetToSee(t *testing.T) {
	onEach(t, func(s *server) {
		var out strings.Builder
		require.NoError(s, collide(s.Context(), s.url, &out))
		assert.Equal(s, `Ann saves 12 points.
Bob, who has read 11 points, saves a description. Both are kept: 12 points, "To the moon".
Bob saves 13 points: Modified by somebody else: points. He has read 11, and there are 12 now. Nothing was written.
`, out.String())
		assert.Zero(s, s.client.Project.Query().CountX(s.Context()))
	})
}
