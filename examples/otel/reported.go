package main

import (
	"context"
	"fmt"
	"path/filepath"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/entocc/entocc/hook"
)

// reportsTo returns a function for hook.Report that counts, with a meter, the calls that would be refused.
func reportsTo(meter metric.Meter) (func(context.Context, hook.Event), error) {
	counter, err := meter.Int64Counter("ent.reported", metric.WithDescription("Writes that would be refused without hook.Report."))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e hook.Event) {
		counter.Add(ctx, 1, metric.WithAttributes(attribute.String("kind", string(e.Kind)), attribute.String("type", e.Type),
			attribute.String("at", fmt.Sprintf("%s:%d", filepath.Base(e.File), e.Line))))
	}, nil
}
