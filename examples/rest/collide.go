package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/oapi-codegen/nullable"

	"github.com/entocc/entocc/examples/rest/client"
)

// collide lets two users with generated clients save the same project on the server at this URL, and prints what they see.
func collide(ctx context.Context, url string, out io.Writer) error {
	c, err := client.NewClientWithResponses(url)
	if err != nil {
		return err
	}
	id := "apollo-" + strings.ToLower(rand.Text()[:8])
	created, err := c.PutProjectWithResponse(ctx, id,
		&client.PutProjectParams{IfNoneMatch: ptr(client.PutProjectParamsIfNoneMatchAsterisk)},
		client.ProjectBody{Name: "Apollo", Points: ptr(11)})
	if err != nil {
		return err
	}
	if created.JSON201 == nil {
		return refused(created.Body)
	}
	read := loaded{*created.JSON201, created.Headers201.ETag} // Both start from here.

	ann, err := save(ctx, c, read, client.ProjectPatch{Points: ptr(12)})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Ann saves %d points.\n", ann.Points)
	bob, err := save(ctx, c, read, client.ProjectPatch{Description: nullable.NewNullableWithValue("To the moon")})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Bob, who has read %d points, saves a description. Both are kept: %d points, %q.\n", read.Points, bob.Points, bob.Description)

	_, err = save(ctx, c, read, client.ProjectPatch{Points: ptr(13)})
	var undecided *clash
	if !errors.As(err, &undecided) {
		return fmt.Errorf("the clash was not reported: %w", err)
	}
	fmt.Fprintf(out, "Bob saves 13 points: %v. He has read %d, and there are %d now. Nothing was written.\n", undecided, undecided.read.Points, undecided.now.Points)

	gone, err := c.DeleteProjectWithResponse(ctx, id, &client.DeleteProjectParams{IfMatch: bob.tag})
	if err == nil && gone.StatusCode() >= 400 {
		err = refused(gone.Body)
	}
	return err
}

// ptr is for what may be left out of a request.
func ptr[T any](v T) *T { return &v }

// loaded is a project as a client has read it, and the tag of that version.
type loaded struct {
	client.Project
	tag string
}

// clash is the error of a save whose user has to decide, because somebody else has changed the same fields.
type clash struct {
	fields    []string
	read, now loaded
	problem   *client.Problem
}

// Error says what happened, and to which fields.
func (c *clash) Error() string { return c.problem.Title + ": " + strings.Join(c.fields, ", ") }

// fetch reads a project.
func fetch(ctx context.Context, c *client.ClientWithResponses, id string) (loaded, error) {
	answer, err := c.GetProjectWithResponse(ctx, id, nil)
	if err != nil {
		return loaded{}, err
	}
	if answer.JSON200 == nil {
		return loaded{}, refused(answer.Body)
	}
	return loaded{*answer.JSON200, answer.Headers200.ETag}, nil
}

// save writes a patch of a project, based on what was read. If somebody else has changed other fields since, it saves
// the patch anyway, based on their version.
func save(ctx context.Context, c *client.ClientWithResponses, read loaded, patch client.ProjectPatch) (loaded, error) {
	for {
		params := &client.PatchProjectParams{IfMatch: read.tag}
		answer, err := c.PatchProjectWithApplicationMergePatchPlusJSONBodyWithResponse(ctx, read.ID, params, patch)
		if err != nil {
			return loaded{}, err
		}
		if answer.JSON200 != nil {
			return loaded{*answer.JSON200, answer.Headers200.ETag}, nil
		}
		problem := answer.ApplicationProblemJSON412
		if problem == nil || problem.Type != client.ProblemTypeModified {
			return loaded{}, refused(answer.Body) // Reading again would not help.
		}
		now, err := fetch(ctx, c, read.ID)
		if err != nil {
			return loaded{}, err
		}
		if fields := both(patch, read.Project, now.Project); len(fields) > 0 {
			return loaded{}, &clash{fields, read, now, problem}
		}
		read = now // A third writer in between is another 412.
	}
}

// both returns the fields of a patch that somebody else has changed too. It does not use the clashes of the problem,
// because the server does not know what was read: two users who count from 11 to 12 do not clash there, but would have
// counted one, not two.
func both(patch client.ProjectPatch, read, now client.Project) (fields []string) {
	before, theirs := members(read), members(now)
	for field := range members(patch) {
		if !reflect.DeepEqual(before[field], theirs[field]) {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	return fields
}

// members returns the members of a value's JSON.
func members(v any) (m map[string]any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		panic(err) // The generated types have only texts and numbers.
	}
	return m
}

// refused returns the error for a problem.
func refused(body []byte) error {
	var p client.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		return fmt.Errorf("an answer that is not a problem: %w", err)
	}
	return fmt.Errorf("%d %s", p.Status, p.Title)
}
