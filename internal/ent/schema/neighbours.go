package schema

import (
	"context"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"
	gen "github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/hook"
	"github.com/entocc/entocc/internal/ent/intercept"
	"github.com/entocc/entocc/internal/ent/privacy"
	"github.com/entocc/entocc/mixin"
)

// SoftDelete is the mixin from ent's documentation: a delete becomes an update.
type SoftDelete struct{ entmixin.Schema }

// Fields of the SoftDelete.
func (SoftDelete) Fields() []ent.Field { return []ent.Field{field.Time("deleted_at").Optional()} }

// Interceptors of the SoftDelete.
func (d SoftDelete) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
		q.WhereP(sql.FieldIsNull("deleted_at"))
		return nil
	})}
}

// Hooks of the SoftDelete.
func (d SoftDelete) Hooks() []ent.Hook {
	return []ent.Hook{hook.On(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			mx, ok := m.(interface {
				SetOp(ent.Op)
				Client() *gen.Client
				SetDeletedAt(time.Time)
				WhereP(...func(*sql.Selector))
			})
			if !ok {
				return next.Mutate(ctx, m)
			}
			mx.WhereP(sql.FieldIsNull("deleted_at"))
			mx.SetOp(ent.OpUpdate)
			mx.SetDeletedAt(time.Now())
			return mx.Client().Mutate(ctx, m)
		})
	}, ent.OpDeleteOne|ent.OpDelete)}
}

// Note mixes in its version before the soft delete.
type Note struct{ ent.Schema }

// Mixin of the Note.
func (Note) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}, SoftDelete{}} }

// Fields of the Note.
func (Note) Fields() []ent.Field { return []ent.Field{field.String("text")} }

// Memo mixes in its version after the soft delete.
type Memo struct{ ent.Schema }

// Mixin of the Memo.
func (Memo) Mixin() []ent.Mixin { return []ent.Mixin{SoftDelete{}, mixin.Version{}} }

// Fields of the Memo.
func (Memo) Fields() []ent.Field { return []ent.Field{field.String("text")} }

// Ticket belongs to a tenant, and is hidden from others.
type Ticket struct{ ent.Schema }

// Mixin of the Ticket.
func (Ticket) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Ticket.
func (Ticket) Fields() []ent.Field {
	return []ent.Field{field.String("tenant").Immutable(), field.String("text")}
}

// TenantKey is the key of the tenant in a context. Without a tenant everything is denied.
type TenantKey struct{}

// Policy of the Ticket.
func (Ticket) Policy() ent.Policy {
	return privacy.Policy{
		Mutation: privacy.MutationPolicy{privacy.MutationRuleFunc(func(ctx context.Context, m ent.Mutation) error {
			tenant, _ := ctx.Value(TenantKey{}).(string)
			if tenant == "" {
				return privacy.Denyf("no tenant")
			}
			if !m.Op().Is(ent.OpCreate) {
				m.(interface{ WhereP(...func(*sql.Selector)) }).WhereP(sql.FieldEQ("tenant", tenant))
			}
			return privacy.Skip
		})},
	}
}
