// Package entocc stands for the real one.
package entocc

import "context"

type VersionKey struct{ Type string }

type Condition struct{}

func SkipCheck(ctx context.Context, types ...string) context.Context     { return ctx }
func SkipIncrement(ctx context.Context, types ...string) context.Context { return ctx }
func IsRecordModified(err error) bool                                    { return false }
func Retry(ctx context.Context, fn func(context.Context) error) error    { return fn(ctx) }
