package occgql_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	"github.com/entocc/entocc/occgql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sdl has a type for the users of package internal/ent: not all of their fields, and one that requires a permission.
const sdl = `
	directive @hasPermission(name: String!) on FIELD_DEFINITION | OBJECT
	directive @goField(name: String) on FIELD_DEFINITION
	scalar Version
	scalar Time
	type User {
		id: ID!
		version: Version!
		name: String! @goField(name: "Name")
		email: String @hasPermission(name: "mail")
		lastLogin: Time
		labels: [String!]
		age(unit: String): Int!
		pets: [Pet!]
	}
	type Document @hasPermission(name: "read") { id: ID! title: String! }
	type Pet { id: ID! name: String! }
	type Query { ok: Boolean }
	type Mutation { run: Boolean }
`

// server is gqlgen's executor with one mutation, which is a function.
type server struct {
	graphql.ExecutableSchema // Complexity, which is not called, differs between versions of gqlgen.
	*testing.T

	client *ent.Client
	exec   *executor.Executor
	schema *ast.Schema
	run    func(ctx context.Context) error
	query  string
}

func newServer(t *testing.T, extensions ...graphql.HandlerExtension) *server {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	require.NoError(t, err)
	client := enttest.Open(t, "sqlite3", "file:"+t.TempDir()+"/gql.db?_fk=1&_busy_timeout=10000")
	t.Cleanup(func() { _ = client.Close() })
	s := &server{T: t, client: client, schema: schema, query: `mutation { run }`}
	s.exec = executor.New(s)
	for _, e := range extensions {
		s.exec.Use(e)
	}
	return s
}

// Schema implements graphql.ExecutableSchema.
func (s *server) Schema() *ast.Schema { return s.schema }

// Exec implements graphql.ExecutableSchema.
func (s *server) Exec(context.Context) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		if err := s.run(ctx); err != nil {
			graphql.AddError(ctx, err)
		}
		return &graphql.Response{Data: []byte(`{"run":null}`)}
	}
}

// errors runs the mutation, and returns the errors of the response.
func (s *server) errors(ctx context.Context, run func(ctx context.Context) error) gqlerror.List {
	s.Helper()
	s.run = run
	ctx = graphql.StartOperationTrace(ctx)
	oc, errs := s.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: s.query})
	require.Empty(s, errs)
	responses, ctx := s.exec.DispatchOperation(ctx, oc)
	return responses(ctx).Errors
}

// fails runs a mutation that has one error, and returns it.
func (s *server) fails(run func(ctx context.Context) error) *gqlerror.Error {
	s.Helper()
	errs := s.errors(s.Context(), run)
	require.Len(s, errs, 1)
	return errs[0]
}

// stale returns a user whose row has since changed to version 2 and another name.
func (s *server) stale() *ent.User {
	u := s.client.User.Create().SetName("Ada").SaveX(s.Context())
	u.Update().SetName("Ada Lovelace").ExecX(s.Context())
	return u
}

type extensions = map[string]any

func conflicts() *occgql.Conflicts { return &occgql.Conflicts{} }
