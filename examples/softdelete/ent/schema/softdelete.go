package schema

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	gen "github.com/entocc/entocc/examples/softdelete/ent"
	"github.com/entocc/entocc/examples/softdelete/ent/hook"
	"github.com/entocc/entocc/examples/softdelete/ent/intercept"
)

// SoftDelete turns a delete into an update, and hides deleted rows from queries, in the way of ent's documentation
// (Interceptors, "Soft Delete"). It does not know about versions.
type SoftDelete struct{ mixin.Schema }

// Fields of the SoftDelete.
func (SoftDelete) Fields() []ent.Field {
	return []ent.Field{field.Time("deleted_at").Optional()}
}

type withDeletedKey struct{}

// WithDeleted returns a context whose queries find deleted rows too, and whose deletes are real ones.
func WithDeleted(ctx context.Context) context.Context {
	return context.WithValue(ctx, withDeletedKey{}, true)
}

// Interceptors of the SoftDelete.
func (SoftDelete) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		if ctx.Value(withDeletedKey{}) == nil {
			q.WhereP(sql.FieldIsNull("deleted_at"))
		}
		return nil
	})}
}

// Hooks of the SoftDelete.
func (SoftDelete) Hooks() []ent.Hook {
	return []ent.Hook{hook.On(deleteSoftly, ent.OpDeleteOne|ent.OpDelete)}
}

// deleteSoftly runs a delete as an update.
func deleteSoftly(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		if ctx.Value(withDeletedKey{}) != nil {
			return next.Mutate(ctx, m)
		}
		soft, ok := m.(interface {
			Client() *gen.Client
			SetOp(ent.Op)
			SetDeletedAt(time.Time)
			WhereP(...func(*sql.Selector))
		})
		if !ok {
			return nil, fmt.Errorf("a %s can't be soft-deleted", m.Type())
		}
		soft.SetOp(ent.OpUpdate)
		soft.SetDeletedAt(time.Now())
		soft.WhereP(sql.FieldIsNull("deleted_at"))
		return soft.Client().Mutate(ctx, m)
	})
}
