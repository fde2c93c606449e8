// Package viewer is who a request comes from.
package viewer

import "context"

type key struct{}

// NewContext returns a context in which this person asks.
func NewContext(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, key{}, name)
}

// FromContext returns who asks, or "" for nobody.
func FromContext(ctx context.Context) string {
	name, _ := ctx.Value(key{}).(string)
	return name
}
