package occrun

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
)

type Bulk struct{}

func (*Bulk) SkipModified()               {}
func (*Bulk) OnProgress(func(int, int))   {}

type OldSaves[B, T any] struct {
	Join             func(*B)
	Mutation         func(*B) GuardedMutation
	Hooks            func(*B) []ent.Hook
	Save, Plan       func(*B, context.Context) (*T, error)
	Saved            func(b *B, node *T, err error) (*T, error)
	ScanValues       func(*T, []string) ([]any, error)
	Assign           func(*T, []string, []any) error
	Reuses           func(column string) bool
}

func UpdateBulk[B, T any](context.Context, Bulk, dialect.Driver, []*B, OldSaves[B, T]) ([]*T, error) { return nil, nil }
func DeleteBulk[T any](context.Context, Bulk, dialect.Driver, []string, []*T, func(*T) (*Expectation, func(context.Context) error)) (int, error) {
	return 0, nil
}
