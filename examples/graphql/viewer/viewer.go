// Package viewer keeps the user of a request in its context.
package viewer

import "context"

type key struct{}

// NewContext returns a context with this user.
func NewContext(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, key{}, name)
}

// FromContext returns the user, or "" for nobody.
func FromContext(ctx context.Context) string {
	name, _ := ctx.Value(key{}).(string)
	return name
}
