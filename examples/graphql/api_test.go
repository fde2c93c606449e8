package main

import (
	"context"
	"errors"
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

// todo adds a todo of Ann's to the database.
func (a *app) todo(text string, change ...func(*ent.TodoCreate)) *ent.Todo {
	a.Helper()
	create := a.client.Todo.Create().SetText(text).SetOwner("ann")
	for _, c := range change {
		c(create)
	}
	return create.SaveX(a.ann())
}

// stored returns a todo as the database has it.
func (a *app) stored(t *ent.Todo) *ent.Todo {
	a.Helper()
	return a.client.Todo.GetX(a.ann(), t.ID)
}

// ann returns the context of Ann.
func (a *app) ann() context.Context { return viewer.NewContext(a.Context(), "ann") }

// user is a client of the API.
type user struct {
	*app
	graphql.Client
}

func (a *app) user(name string) *user {
	return &user{a, graphql.NewClient(a.url+"/query", &http.Client{Transport: userTransport{name, http.DefaultTransport}})}
}

// userTransport sends the header that names the user.
type userTransport struct {
	name string
	http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (u userTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-User", u.name)
	return u.RoundTripper.RoundTrip(r)
}

type vars = map[string]any

// ask sends an operation, and returns its errors.
func (u *user) ask(query string, variables vars, data any) gqlerror.List {
	u.Helper()
	rsp := graphql.Response{Data: data}
	err := u.MakeRequest(u.Context(), &graphql.Request{Query: query, Variables: variables}, &rsp)
	var (
		list    gqlerror.List
		invalid *graphql.HTTPError
	)
	switch {
	case err == nil || errors.As(err, &list):
		return list
	case errors.As(err, &invalid):
		return invalid.Response.Errors // the schema does not allow it
	}
	return gqlerror.List{gqlerror.Wrap(err)}
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
	row := a.todo("water the plants", func(c *ent.TodoCreate) { c.SetNote("only for operators") })
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

func TestUpdateTodo_NeedsAVersion(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	for name, variables := range map[string]vars{
		"left out": {"id": row.ID, "input": vars{"text": "mine"}},
		"null":     {"id": row.ID, "v": nil, "input": vars{"text": "mine"}},
	} {
		errs := a.user("bob").ask(updateTodo, variables, nil)
		require.Len(t, errs, 1, name)
		assert.Equal(t, vars{"code": "PRECONDITION_REQUIRED"}, errs[0].Extensions, name)
		assert.NotContains(t, errs[0].Message, "entocc")
	}
	assert.Equal(t, row.Version, a.stored(row).Version)
}

func TestUpdateTodo_MalformedVersionIsBadInput(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	for _, v := range []any{"", "x", "01", "+1", " 1", "1.0", "0x1", "9223372036854775807", "99999999999999999999", 1.5, 1e300, true, []any{"1", "2"}, vars{"version": 1}} {
		errs := a.user("bob").ask(updateTodo, vars{"id": row.ID, "v": v, "input": vars{"text": "mine"}}, nil)
		require.Len(t, errs, 1, v)
		assert.Equal(t, "BAD_USER_INPUT", errs[0].Extensions["code"], "%v: %s", v, errs[0].Message)
	}
	for _, literal := range []string{`"x"`, `1.5`, `true`, `[]`, `{a: 1}`, `ONE`} {
		errs := a.user("bob").ask(`mutation { deleteTodo(id: 1, expectedVersion: `+literal+`) }`, nil, nil)
		require.NotEmpty(t, errs, literal)
		assert.Contains(t, []any{"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}, errs[0].Extensions["code"], "%s: %s", literal, errs[0].Message)
	}
	for _, v := range []any{"0", "-1", "9223372036854775806", 0, -1} { // These are valid, but no row has such a version.
		a.user("bob").conflict(updateTodo, vars{"id": row.ID, "v": v, "input": vars{"text": "mine"}})
	}
	assert.Equal(t, row.Version, a.stored(row).Version)
	require.Empty(t, a.user("bob").ask(updateTodo, vars{"id": row.ID, "v": 1, "input": vars{"text": "mine"}}, nil), "an integer is accepted")
}

// A mutation that overwrites an earlier one of the same request is refused, and both are undone. The reported version
// is the one that stays, not one that only the transaction had.
func TestMutations_OfOneRequestAreAllMadeOrNone(t *testing.T) {
	a := start(t)
	row, other := a.todo("water the plants"), a.todo("call the plumber")
	const both = `mutation($id: ID!, $other: ID!, $v: Version!) {
		first: updateTodo(id: $other, expectedVersion: "1", input: {text: "a"}) { version }
		second: updateTodo(id: $id, expectedVersion: "1", input: {text: "b"}) { version }
		third: updateTodo(id: $id, expectedVersion: $v, input: {text: "c"}) { version }
	}`
	data := make(vars)
	errs := a.user("bob").ask(both, vars{"id": row.ID, "other": other.ID, "v": "1"}, &data)
	require.Len(t, errs, 1)
	assert.Equal(t, "third", errs[0].Path.String())
	assert.Empty(t, data)
	assert.Equal(t, "1", errs[0].Extensions["version"])
	assert.Equal(t, "water the plants", errs[0].Extensions["current"].(vars)["text"])
	assert.EqualValues(t, 1, a.stored(row).Version)
	assert.EqualValues(t, 1, a.stored(other).Version)

	require.Empty(t, a.user("bob").ask(both, vars{"id": row.ID, "other": other.ID, "v": "2"}, nil))
	assert.EqualValues(t, 3, a.stored(row).Version)
}

func TestConflict_SaysNothingOfARowThatTheCallerMayNotSee(t *testing.T) {
	a := start(t)
	hidden := a.todo("buy Bob a present", func(c *ent.TodoCreate) { c.SetPrivate(true) })
	deleted, stale := a.todo("gone"), a.todo("water the plants")
	a.client.Todo.DeleteOne(deleted).ExecX(a.ann())
	for name, mutation := range map[string]func(id int) (string, vars){
		"update": func(id int) (string, vars) {
			return updateTodo, vars{"id": id, "v": "1", "input": vars{"text": "mine"}}
		},
		"stale": func(id int) (string, vars) {
			return updateTodo, vars{"id": id, "v": "7", "input": vars{"text": "mine"}}
		},
		"reopen": func(id int) (string, vars) { return reopenTodo, vars{"id": id} },
		"delete": func(id int) (string, vars) { return deleteTodo, vars{"id": id, "v": "1"} },
		"batch": func(id int) (string, vars) {
			return complete, vars{"todos": []vars{{"id": stale.ID, "expectedVersion": "7"}, {"id": id, "expectedVersion": "1"}}}
		},
	} {
		var answers []gqlerror.List
		for _, id := range []int{hidden.ID, deleted.ID, 4711} {
			query, variables := mutation(id)
			errs := a.user("bob").ask(query, variables, nil)
			answers = append(answers, errs)
			assert.Equal(t, vars{"code": "CONFLICT", "gone": true}, errs[0].Extensions, name)
		}
		assert.Equal(t, answers[0], answers[1], name)
		assert.Equal(t, answers[0], answers[2], name)
	}
	var missing []gqlerror.List
	for _, id := range []int{hidden.ID, deleted.ID} {
		missing = append(missing, a.user("bob").ask(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": id}, nil))
	}
	assert.Equal(t, "NOT_FOUND", missing[0][0].Extensions["code"], "a query is not a conflict")
	assert.Equal(t, missing[1][0].Extensions, missing[0][0].Extensions)
	assert.EqualValues(t, 1, a.stored(hidden).Version)
	conflict := a.user("ann").conflict(updateTodo, vars{"id": hidden.ID, "v": "7", "input": vars{"text": "mine"}})
	assert.Equal(t, "1", conflict["version"], "her own")
}

func TestDeleteTodo_StaleIsRefused(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	require.Empty(t, a.user("ann").ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"priority": 3}}, nil))
	conflict := a.user("bob").conflict(deleteTodo, vars{"id": row.ID, "v": "1"})
	assert.Equal(t, "2", conflict["version"])
	assert.InDelta(t, 3, conflict["current"].(vars)["priority"], 0)
	require.Empty(t, a.user("bob").ask(deleteTodo, vars{"id": row.ID, "v": "2"}, nil))
	assert.Equal(t, vars{"code": "CONFLICT", "gone": true}, a.user("ann").conflict(updateTodo, vars{"id": row.ID, "v": "2", "input": vars{"priority": 4}}))
}

func TestReopenTodo_StartsFromTheState(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	conflict := a.user("bob").conflict(reopenTodo, vars{"id": row.ID})
	assert.Equal(t, []any{"status"}, conflict["state"])
	assert.Equal(t, "IN_PROGRESS", conflict["current"].(vars)["status"])
	require.Empty(t, a.user("bob").ask(complete, vars{"todos": []vars{{"id": row.ID, "expectedVersion": "1"}}}, nil))
	require.Empty(t, a.user("bob").ask(reopenTodo, vars{"id": row.ID}, nil))
	assert.EqualValues(t, 3, a.stored(row).Version)
}

func TestCompleteTodos_ListsEveryConflict(t *testing.T) {
	a := start(t)
	fresh, stale, other := a.todo("one"), a.todo("two"), a.todo("three")
	require.Empty(t, a.user("ann").ask(updateTodo, vars{"id": stale.ID, "v": "1", "input": vars{"text": "two, changed"}}, nil))
	batch := vars{"todos": []vars{
		{"id": fresh.ID, "expectedVersion": "1"}, {"id": stale.ID, "expectedVersion": "1"}, {"id": other.ID, "expectedVersion": "7"},
	}}
	conflict := a.user("bob").conflict(complete, batch)
	assert.InDelta(t, 3, conflict["total"], 0)
	assert.NotContains(t, conflict, "written")
	listed := conflict["conflicts"].([]any)
	require.Len(t, listed, 2)
	assert.Equal(t, "2", listed[0].(vars)["version"])
	assert.Equal(t, "two, changed", listed[0].(vars)["current"].(vars)["text"])
	assert.Equal(t, "1", listed[1].(vars)["version"])
	assert.EqualValues(t, 1, a.stored(fresh).Version)
}

func TestCreateTodo_ChoosesNoVersion(t *testing.T) {
	a := start(t)
	errs := a.user("bob").ask(createTodo, vars{"input": vars{"text": "mine", "version": "9"}}, nil)
	require.NotEmpty(t, errs)
	var data struct {
		CreateTodo struct{ Version, Owner string }
	}
	require.Empty(t, a.user("bob").ask(createTodo, vars{"input": vars{"text": "mine"}}, &data))
	assert.Equal(t, "1", data.CreateTodo.Version)
	assert.Equal(t, "bob", data.CreateTodo.Owner)
}

func TestErrors_OfOtherKindsStayAsTheyAre(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.user("").ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"text": "mine"}}, nil)
	require.Len(t, errs, 1)
	assert.Contains(t, errs[0].Message, "nobody may write")
	assert.Nil(t, errs[0].Extensions)
	errs = a.user("bob").ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"text": ""}}, nil)
	require.Len(t, errs, 1)
	assert.Contains(t, errs[0].Message, `validator failed for field "Todo.text"`)
	assert.Nil(t, errs[0].Extensions)
}

func TestUpdateTodo_HiddenParentIsOneThatDoesNotExist(t *testing.T) {
	a := start(t)
	row, parent := a.todo("call the plumber"), a.todo("renovate")
	hidden := a.todo("buy Bob a present", func(c *ent.TodoCreate) { c.SetPrivate(true) })
	move := func(parent int) gqlerror.List {
		return a.user("bob").ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"parentID": parent}}, nil)
	}
	refused := move(hidden.ID)
	require.Len(t, refused, 1)
	assert.Equal(t, refused, move(4711))
	assert.EqualValues(t, 1, a.stored(row).Version)
	assert.Empty(t, move(parent.ID))
	assert.EqualValues(t, 2, a.stored(row).Version)
}
