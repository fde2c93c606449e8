// Package occgql passes the version of a row through a GraphQL API of gqlgen and back into the guard of a write, and
// turns conflicts into errors that a client can act on. It works with or without entgql, and needs only gqlgen's
// runtime.
//
//	func (r *mutationResolver) UpdateTodo(ctx context.Context, id int, expectedVersion *int64, input ent.UpdateTodoInput) (*ent.Todo, error) {
//		return ent.FromContext(ctx).Todo.UpdateOneID(id).
//			IfMatch(occgql.Expect(expectedVersion)). // compared by the UPDATE itself
//			SetInput(input).
//			Save(ctx)
//	}
//
//	srv.Use(&occgql.Conflicts{}) // before the transactioner of entgql
//	srv.Use(entgql.Transactioner{TxOpener: occgql.OpenTx(client)})
//
// A conflict has code CONFLICT in the extensions of its error, with the fields that [Conflicts] lists. Other errors are
// unchanged.
package occgql
