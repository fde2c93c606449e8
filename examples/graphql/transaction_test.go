package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/graphql/ent"
	"github.com/entocc/entocc/examples/graphql/viewer"
	"github.com/entocc/entocc/occgql"
)

// root is the Resolver, with a function in place of reopenTodo.
type root struct {
	Resolver
	reopen func(ctx context.Context, id int) (*ent.Todo, error)
}

type mutations struct {
	MutationResolver
	*root
}

func (r *root) Mutation() MutationResolver { return mutations{r.Resolver.Mutation(), r} }

// ReopenTodo calls the function.
func (m mutations) ReopenTodo(ctx context.Context, id int) (*ent.Todo, error) {
	return m.reopen(ctx, id)
}

// reopen calls reopenTodo on a server with these extensions, which runs the function.
func (a *app) reopen(todo *ent.Todo, reopen func(ctx context.Context, id int) (*ent.Todo, error), extensions ...graphql.HandlerExtension) gqlerror.List {
	a.Helper()
	srv := handler.New(NewExecutableSchema(Config{Resolvers: &root{reopen: reopen}}))
	srv.AddTransport(transport.POST{})
	for _, e := range extensions {
		srv.Use(e)
	}
	srv.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })
	server := httptest.NewServer(http.StripPrefix("/query", withViewer(srv, a.client)))
	defer server.Close()
	return (&app{T: a.T, url: server.URL, client: a.client}).user("bob").ask(reopenTodo, vars{"id": todo.ID}, nil)
}

// The current row, read in the open transaction, might never be committed.
func TestConflicts_AfterTheTransactionerIsRefused(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		return ent.FromContext(ctx).Todo.UpdateOneID(id).IgnoreVersion().SetText("mine").Save(ctx)
	}, entgql.Transactioner{TxOpener: a.client}, &occgql.Conflicts{})
	require.Len(t, errs, 1)
	assert.Contains(t, errs[0].Message, "must Use Conflicts before the Transactioner")
	assert.EqualValues(t, 1, a.stored(row).Version)
}

func TestConflicts_OfACommit(t *testing.T) {
	a := start(t)
	row, read := a.todo("water the plants"), a.todo("call the plumber")
	a.client.Todo.UpdateOne(read).SetText("call the carpenter").ExecX(a.ann())
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		if err := ent.TxFromContext(ctx).Todo.VerifyOnCommit(read); err != nil {
			return nil, err
		}
		return ent.FromContext(ctx).Todo.UpdateOneID(id).IfVersion(1).SetText("mine").Save(ctx)
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 1)
	assert.Equal(t, "CONFLICT", errs[0].Extensions["code"], errs[0].Message)
	assert.Equal(t, fmt.Sprint(read.ID), errs[0].Extensions["id"])
	assert.Equal(t, "2", errs[0].Extensions["version"])
	assert.EqualValues(t, 1, a.stored(row).Version)
}

func TestConflicts_UnknownOutcomeOfACommit(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		ent.TxFromContext(ctx).OnCommit(func(next ent.Committer) ent.Committer {
			return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error {
				return &entocc.OutcomeUnknownError{Err: errors.Join(next.Commit(ctx, tx), errors.New("connection to 10.0.0.7 lost"))}
			})
		})
		return ent.FromContext(ctx).Todo.UpdateOneID(id).IfVersion(1).SetText("mine").Save(ctx)
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 1)
	assert.Equal(t, vars{"code": "OUTCOME_UNKNOWN"}, errs[0].Extensions)
	assert.NotContains(t, errs[0].Message, "10.0.0.7")
}

// A node of a cluster that has lost the others refuses the ROLLBACK, too.
func TestConflicts_RefusedRollbackIsAnUnknownOutcome(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		ent.TxFromContext(ctx).OnRollback(func(next ent.Rollbacker) ent.Rollbacker {
			return ent.RollbackFunc(func(ctx context.Context, tx *ent.Tx) error {
				return &entocc.OutcomeUnknownError{Err: errors.Join(next.Rollback(ctx, tx), errors.New("the rollback was refused"))}
			})
		})
		return ent.FromContext(ctx).Todo.UpdateOneID(id).IfVersion(7).SetText("mine").Save(ctx)
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 2)
	assert.Equal(t, "CONFLICT", errs[0].Extensions["code"])
	assert.Equal(t, vars{"code": "OUTCOME_UNKNOWN"}, errs[1].Extensions)
}

func TestConflicts_ThatAResolverSwallowsAreNotTold(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		client := ent.FromContext(ctx)
		err := client.Todo.UpdateOneID(id).IfVersion(7).SetText("mine").Exec(ctx)
		assert.True(t, ent.IsRecordModified(err))
		return client.Todo.UpdateOneID(id).IfVersion(1).SetText("second try").Save(ctx)
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	assert.Empty(t, errs)
	assert.Equal(t, "second try", a.stored(row).Text)
}

// Once its transaction is rolled back, a batch has written no rows.
func TestConflicts_OfABatchThatIsRolledBackHaveWrittenNothing(t *testing.T) {
	a := start(t)
	row, stale := a.todo("water the plants"), a.todo("call the plumber")
	batch := func(ctx context.Context, id int) (*ent.Todo, error) {
		client := ent.FromContext(ctx)
		_, err := client.Todo.UpdateBulk(
			client.Todo.UpdateOneID(id).IfVersion(1).SetText("mine"), client.Todo.UpdateOneID(stale.ID).IfVersion(7).SetText("mine"),
		).SkipModified().Save(ctx)
		return nil, err
	}
	errs := a.reopen(row, batch, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 1)
	assert.NotContains(t, errs[0].Extensions, "written")
	assert.EqualValues(t, 1, a.stored(row).Version)

	errs = a.reopen(row, batch, &occgql.Conflicts{})
	assert.InDelta(t, 1, errs[0].Extensions["written"], 0)
	assert.EqualValues(t, 2, a.stored(row).Version)
}

// A resolver with more rights than its caller meets a row that has become private.
func TestConflicts_OfAResolverWithMoreRights(t *testing.T) {
	a := start(t)
	row := a.todo("buy Bob a present", func(c *ent.TodoCreate) { c.SetPrivate(true) })
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		return ent.FromContext(ctx).Todo.UpdateOneID(id).IfVersion(7).SetText("mine").Save(viewer.NewContext(ctx, "ann"))
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 1)
	assert.Equal(t, true, errs[0].Extensions["gone"])
	assert.NotContains(t, errs[0].Extensions, "version")
	assert.NotContains(t, errs[0].Extensions, "current")
	assert.NotContains(t, errs[0].Message, "present")
}

func TestConflicts_PanicOfAResolverWritesNothing(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	errs := a.reopen(row, func(ctx context.Context, id int) (*ent.Todo, error) {
		ent.FromContext(ctx).Todo.UpdateOneID(id).IfVersion(1).SetText("mine").ExecX(ctx)
		panic("a bug")
	}, &occgql.Conflicts{}, entgql.Transactioner{TxOpener: occgql.OpenTx(a.client)})
	require.Len(t, errs, 1)
	assert.EqualValues(t, 1, a.stored(row).Version)
	require.Empty(t, a.user("bob").ask(updateTodo, vars{"id": row.ID, "v": "1", "input": vars{"text": "mine"}}, nil), "no transaction is left open")
}
