package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/entocc/entocc/examples/graphql/ent"
	"github.com/entocc/entocc/examples/graphql/viewer"
)

// app is a running server, and its database.
type app struct {
	*testing.T
	url    string
	client *ent.Client
}

func start(t *testing.T) *app {
	t.Helper()
	client, err := open(t.Context(), filepath.Join(t.TempDir(), "todo.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	server := httptest.NewServer(newApp(client))
	t.Cleanup(server.Close)
	return &app{t, server.URL, client}
}

// todo adds one to the database.
func (a *app) todo(owner, text string, change ...func(*ent.TodoCreate)) *ent.Todo {
	a.Helper()
	create := a.client.Todo.Create().SetText(text).SetOwner(owner)
	for _, c := range change {
		c(create)
	}
	return create.SaveX(a.as(owner))
}

// stored is a todo as the database has it.
func (a *app) stored(t *ent.Todo) *ent.Todo {
	a.Helper()
	return a.client.Todo.GetX(a.as(t.Owner), t.ID)
}

func (a *app) as(name string) context.Context { return viewer.NewContext(a.Context(), name) }

// user is a client of the API.
type user struct {
	*app
	graphql.Client
}

func (a *app) user(name string) *user {
	return &user{a, graphql.NewClient(a.url+"/query", &http.Client{Transport: named(name)})}
}

// named sends the header that says who asks.
type named string

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-User", string(n))
	return http.DefaultTransport.RoundTrip(r)
}

type vars = map[string]any

// ask sends an operation, and returns its errors.
func (u *user) ask(query string, variables vars, data any) gqlerror.List {
	u.Helper()
	rsp := graphql.Response{Data: data}
	err := u.MakeRequest(u.Context(), &graphql.Request{Query: query, Variables: variables}, &rsp)
	var list gqlerror.List
	if err != nil {
		require.ErrorAs(u, err, &list)
	}
	return list
}

// conflict sends an operation that is a conflict, and returns the extensions of its error.
func (u *user) conflict(query string, variables vars) vars {
	u.Helper()
	errs := u.ask(query, variables, nil)
	require.Len(u, errs, 1)
	assert.Equal(u, "CONFLICT", errs[0].Extensions["code"], errs[0].Message)
	return errs[0].Extensions
}

const (
	getTodo    = `query($id: ID!) { node(id: $id) { ... on Todo { id version text status priority owner private } } }`
	updateTodo = `mutation($id: ID!, $v: Version, $input: UpdateTodoInput!) { updateTodo(id: $id, expectedVersion: $v, input: $input) { id version text } }`
	reopenTodo = `mutation($id: ID!) { reopenTodo(id: $id) { id version status } }`
	deleteTodo = `mutation($id: ID!, $v: Version!) { deleteTodo(id: $id, expectedVersion: $v) }`
	complete   = `mutation($todos: [TodoVersionInput!]!) { completeTodos(todos: $todos) { id version status } }`
	createTodo = `mutation($input: CreateTodoInput!) { createTodo(input: $input) { id version owner } }`
)

func TestUpdateTodo_TwoClientsCollide(t *testing.T) {
	a := start(t)
	row := a.todo("ann", "water the plants", func(c *ent.TodoCreate) { c.SetNote("only for operators") })
	ann, bob := a.user("ann"), a.user("bob")
	var seen struct {
		Node struct{ ID, Version, Text string }
	}
	require.Empty(t, bob.ask(getTodo, vars{"id": row.ID}, &seen))

	require.Empty(t, ann.ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"text": "water the garden"}}, nil))
	conflict := bob.conflict(updateTodo, vars{"id": seen.Node.ID, "v": seen.Node.Version, "input": vars{"text": "water the trees", "priority": 0}})
	assert.Equal(t, vars{
		"code": "CONFLICT", "type": "Todo", "id": seen.Node.ID, "expected": "1", "version": "2", "clashes": []any{"text"},
		"current": vars{
			"id": seen.Node.ID, "version": "2", "text": "water the garden", "status": "IN_PROGRESS", "priority": 0.0, "owner": "ann", "private": false,
		},
	}, conflict, "the note is not in the API")
	assert.Equal(t, "water the garden", a.stored(row).Text)

	require.Empty(t, bob.ask(updateTodo, vars{"id": row.ID, "v": conflict["version"], "input": vars{"text": "water both"}}, nil))
	assert.Equal(t, "water both", a.stored(row).Text)
	assert.EqualValues(t, 3, a.stored(row).Version)
}
