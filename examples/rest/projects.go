package main

import (
	"net/http"
	"net/url"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/examples/rest/ent/project"
	"github.com/entocc/entocc/occhttp"
)

// projectView is a project as clients see it. Only the tag has its version.
type projectView struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Points      int    `json:"points"`
	// ETag is set in lists only; a single project has it in its header.
	ETag string `json:"etag,omitempty"`
}

func viewProject(p *ent.Project) projectView {
	return projectView{ID: p.ID, Name: p.Name, Description: p.Description, Points: p.Points}
}

// projectBody is what a client sends with PUT and POST.
type projectBody struct {
	ID          *string `json:"id"`
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Points      *int    `json:"points"`
}

// or returns the value that v points to, or the zero value.
func or[T any](v *T) (zero T) {
	if v == nil {
		return zero
	}
	return *v
}

func (a *api) listProjects(w http.ResponseWriter, r *http.Request) error {
	limit, after, err := page(r)
	if err != nil {
		return err
	}
	list, err := a.client.Project.Query().Where(project.IDGT(after)).Order(project.ByID()).Limit(limit).All(r.Context())
	if err != nil {
		return err
	}
	views := make([]projectView, len(list))
	for i, p := range list {
		views[i] = viewProject(p)
		views[i].ETag = tagText(p)
	}
	return writeJSON(w, http.StatusOK, views)
}

func (a *api) createProject(w http.ResponseWriter, r *http.Request) error {
	var body projectBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	return a.insertProject(w, r, or(body.ID), body)
}

// insertProject lets the primary key decide whether the project already exists.
func (a *api) insertProject(w http.ResponseWriter, r *http.Request, id string, body projectBody) error {
	p, err := a.client.Project.Create().SetID(id).SetName(or(body.Name)).SetDescription(or(body.Description)).SetPoints(or(body.Points)).Save(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/projects/"+url.PathEscape(p.ID))
	return write(w, http.StatusCreated, p, viewProject(p))
}

func (a *api) getProject(w http.ResponseWriter, r *http.Request) error {
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if done, err := occhttp.NotModified(w, r, p); done || err != nil {
		return err
	}
	return write(w, http.StatusOK, p, viewProject(p))
}

// putProject replaces a project, or creates one under "If-None-Match: *". It loads the project first, as an API does
// that authorizes users: a missing project is 404 before it is 412 or 428.
func (a *api) putProject(w http.ResponseWriter, r *http.Request) error {
	var body projectBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.ID != nil && *body.ID != r.PathValue("id") {
		return badRequest("The ID of the body is another than that of the path.")
	}
	create, err := occhttp.CreateOnly(r)
	if err != nil {
		return err
	}
	if create {
		return a.insertProject(w, r, r.PathValue("id"), body)
	}
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	update := p.Update().SetName(or(body.Name)).SetDescription(or(body.Description)).SetPoints(or(body.Points))
	return a.saveProject(w, r, update)
}

// patchProject takes a JSON Merge Patch.
func (a *api) patchProject(w http.ResponseWriter, r *http.Request) error {
	patch, err := occhttp.ReadPatch(w, r, maxBody)
	if err != nil {
		return err
	}
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	update := p.Update()
	occhttp.Set(patch, "name", update.SetName)
	occhttp.SetOrClear(patch, "description", update.SetDescription, func() *ent.ProjectUpdateOne { return update.SetDescription("") })
	occhttp.Set(patch, "points", update.SetPoints)
	if err := patch.Err(); err != nil {
		return err
	}
	return a.saveProject(w, r, update)
}

// saveProject lets the UPDATE itself check what If-Match expects.
func (a *api) saveProject(w http.ResponseWriter, r *http.Request, update *ent.ProjectUpdateOne) error {
	a.between()
	p, err := update.IfMatch(occhttp.IfMatch(r)).Save(r.Context())
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, p, viewProject(p))
}

// deleteProject deletes a project and its tasks.
func (a *api) deleteProject(w http.ResponseWriter, r *http.Request) error {
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	a.between()
	if err := p.Delete().IfMatch(occhttp.IfMatch(r)).Exec(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
