package main

import (
	"context"
	"fmt"
	"strings"

	entgo "entgo.io/ent"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
)

// conflictsTo returns a hook that counts conflicts with a meter, and adds each to the span that it happened in.
func conflictsTo(meter metric.Meter) (entgo.Hook, error) {
	counter, err := meter.Int64Counter("ent.conflicts", metric.WithDescription("Writes that were refused because their row was modified."))
	if err != nil {
		return nil, err
	}
	return hook.Observe(func(ctx context.Context, e *entocc.RecordModifiedError) {
		kind := []attribute.KeyValue{attribute.String("type", e.Type), attribute.String("op", strings.TrimPrefix(e.Op.String(), "Op")), attribute.Bool("deleted", e.Deleted)}
		counter.Add(ctx, 1, metric.WithAttributes(kind...)) // IDs and versions would make a series for each row.
		trace.SpanFromContext(ctx).AddEvent("ent.conflict", trace.WithAttributes(append(kind,
			attribute.String("id", fmt.Sprint(e.ID)),
			attribute.String("expected", fmt.Sprint(e.Expected)),
			attribute.String("actual", fmt.Sprint(e.Actual)),
		)...))
	}), nil
}

// attributes writes attributes as {a=b c=d}.
type attributes []attribute.KeyValue

// String joins the attributes.
func (kvs attributes) String() string {
	words := make([]string, len(kvs))
	for i, kv := range kvs {
		words[i] = string(kv.Key) + "=" + kv.Value.Emit()
	}
	return "{" + strings.Join(words, " ") + "}"
}
