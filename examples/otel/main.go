// Command otel shows conflicts where operators look: as a counter and as events of OpenTelemetry spans, as log records of
// log/slog, and as a tally for expvar.
//
//	go run ./examples/otel
//
// It reports type, ID, operation and versions, but no field values. A real program exports what is read from memory here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"slices"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime"
	"github.com/entocc/entocc/hook"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run sets the program up as its main function would, causes two conflicts, and prints what was recorded.
func run(ctx context.Context, out io.Writer) error {
	if err := ent.CheckGuards(); err != nil { // At the start, not at the first write.
		return err
	}
	client, err := ent.Open(dialect.SQLite, "file:otel?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}

	reader, spans := sdkmetric.NewManualReader(), tracetest.NewInMemoryExporter()
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("shop")
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("shop")

	conflicts, err := conflictsTo(meter)
	if err != nil {
		return err
	}
	logger, tally := slog.New(slog.NewTextHandler(out, withoutTime)), new(hook.Tally)
	client.Use(conflicts, hook.Log(logger), tally.Hook())

	ctx, span := tracer.Start(ctx, "POST /users/1")
	err = work(ctx, client)
	span.End()
	if err != nil {
		return err
	}
	if err := legacy(ctx, meter); err != nil {
		return err
	}

	fmt.Fprintf(out, "\nTally: %s\n\n", tally)
	if err := printMetrics(ctx, out, reader); err != nil {
		return err
	}
	printSpans(out, spans)
	return nil
}

// work makes a save and a delete that are refused.
func work(ctx context.Context, client *ent.Client) error {
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)
	u.Update().SetName("Ada Lovelace").ExecX(ctx)
	for _, err := range []error{
		u.Update().SetEmail("ada@example.org").Exec(ctx), //entocc:ignore the conflict is the point
		client.User.DeleteOne(u).Exec(ctx),               //entocc:ignore and this one
	} {
		if !ent.IsRecordModified(err) {
			return errors.Join(errors.New("a stale write was not refused"), err)
		}
	}
	return nil
}

// legacy writes by ID, as before there were versions, with a client that reports it.
func legacy(ctx context.Context, meter metric.Meter) error {
	client, err := ent.Open(dialect.SQLite, "file:otel?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	reports, err := reportsTo(meter)
	if err != nil {
		return err
	}
	client.Use(hook.Report(reports))
	return client.User.UpdateOneID(1).SetPhone("1815").Exec(ctx) //entocc:ignore it is what is reported
}

// withoutTime leaves the time out of the log, so that the output is the same every time.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && len(groups) == 0 {
		return slog.Attr{}
	}
	return a
}}

// printMetrics prints what an exporter would get.
func printMetrics(ctx context.Context, out io.Writer, reader *sdkmetric.ManualReader) error {
	var data metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &data); err != nil {
		return err
	}
	var counts []string
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				return fmt.Errorf("%s is not a counter", m.Name)
			}
			for _, point := range sum.DataPoints {
				counts = append(counts, fmt.Sprintf("Counter: %s%v %d\n", m.Name, attributes(point.Attributes.ToSlice()), point.Value))
			}
		}
	}
	slices.Sort(counts)
	for _, line := range counts {
		fmt.Fprint(out, line)
	}
	return nil
}

// printSpans prints the spans with their events.
func printSpans(out io.Writer, spans *tracetest.InMemoryExporter) {
	for _, span := range spans.GetSpans() {
		fmt.Fprintf(out, "\nSpan: %s\n", span.Name)
		for _, event := range span.Events {
			fmt.Fprintf(out, "  %s%v\n", event.Name, attributes(event.Attributes))
		}
	}
}
