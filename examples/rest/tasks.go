package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/examples/rest/ent/task"
	"github.com/entocc/entocc/occhttp"
)

// taskView is a task as clients see it.
type taskView struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
	Done  bool   `json:"done"`
	// ETag is set in lists only; a single task has it in its header.
	ETag string `json:"etag,omitempty"`
}

func viewTask(t *ent.Task) taskView { return taskView{ID: t.ID, Title: t.Title, Done: t.Done} }

// taskBody is what a client sends.
type taskBody struct {
	Title *string `json:"title"`
	Done  *bool   `json:"done"`
}

// task loads the task of the path, if it belongs to the path's project.
func (a *api) task(r *http.Request) (*ent.Task, error) {
	id, err := strconv.Atoi(r.PathValue("task"))
	if err != nil {
		return nil, errNotFound
	}
	return a.client.Task.Query().Where(task.ID(id), task.ProjectID(r.PathValue("id"))).Only(r.Context())
}

func (a *api) listTasks(w http.ResponseWriter, r *http.Request) error {
	limit, afterText, err := page(r)
	if err != nil {
		return err
	}
	after := 0
	if afterText != "" {
		if after, err = strconv.Atoi(afterText); err != nil {
			return badRequest("after is the ID of the last task of the page before.")
		}
	}
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	list, err := p.QueryTasks().Where(task.IDGT(after)).Order(task.ByID()).Limit(limit).All(r.Context())
	if err != nil {
		return err
	}
	views := make([]taskView, len(list))
	for i, t := range list {
		views[i] = viewTask(t)
		views[i].ETag = tagText(t)
	}
	return writeJSON(w, http.StatusOK, views)
}

func (a *api) createTask(w http.ResponseWriter, r *http.Request) error {
	var body taskBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	p, err := a.client.Project.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	a.between()
	t, err := a.client.Task.Create().SetProject(p).SetTitle(or(body.Title)).SetDone(or(body.Done)).SetChangedBy(user(r)).Save(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/projects/%s/tasks/%d", url.PathEscape(p.ID), t.ID))
	return write(w, http.StatusCreated, t, viewTask(t))
}

func (a *api) getTask(w http.ResponseWriter, r *http.Request) error {
	t, err := a.task(r)
	if err != nil {
		return err
	}
	if done, err := occhttp.NotModified(w, r, t); done || err != nil {
		return err
	}
	return write(w, http.StatusOK, t, viewTask(t))
}

func (a *api) putTask(w http.ResponseWriter, r *http.Request) error {
	var body taskBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	return a.saveTask(w, r, func(up *ent.TaskUpdateOne) error {
		up.SetTitle(or(body.Title)).SetDone(or(body.Done))
		return nil
	})
}

// patchTask takes a JSON Merge Patch.
func (a *api) patchTask(w http.ResponseWriter, r *http.Request) error {
	patch, err := occhttp.ReadPatch(w, r, maxBody)
	if err != nil {
		return err
	}
	return a.saveTask(w, r, func(up *ent.TaskUpdateOne) error {
		occhttp.Set(patch, "title", up.SetTitle)
		occhttp.Set(patch, "done", up.SetDone)
		return patch.Err()
	})
}

func (a *api) saveTask(w http.ResponseWriter, r *http.Request, change func(*ent.TaskUpdateOne) error) error {
	t, err := a.task(r)
	if err != nil {
		return err
	}
	update := t.Update().IfMatch(occhttp.IfMatch(r)).SetChangedBy(user(r))
	if err := change(update); err != nil {
		return err
	}
	a.between()
	if t, err = update.Save(r.Context()); err != nil {
		return err
	}
	return write(w, http.StatusOK, t, viewTask(t))
}

func (a *api) deleteTask(w http.ResponseWriter, r *http.Request) error {
	t, err := a.task(r)
	if err != nil {
		return err
	}
	a.between()
	if err := t.Delete().IfMatch(occhttp.IfMatch(r)).Exec(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
