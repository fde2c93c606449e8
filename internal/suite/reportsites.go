package suite

import (
	"context"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func reportSoftDelete(s *Scene) {
	client, r := s.reporting()
	n := saved(s, client.Note.Create().SetText("before"))
	done(s, client.Note.DeleteOneID(n.ID))
	e := r.one(s, hook.Unguarded)
	assert.Equal(s, []any{ent.OpDeleteOne, n.ID}, []any{e.Op, e.ID})
	n = saved(s, client.Note.Create().SetText("before"))
	saved(s, s.Other.Note.UpdateOneID(n.ID).IgnoreVersion().SetText("theirs"))
	s.catchUp()
	done(s, n.Delete())
	r.one(s, hook.Stale)
	assert.EqualValues(s, 3, s.version("notes", n.ID), "the row is kept")
}

// saveIn saves in a helper, and returns the line of the save.
func saveIn[B interface{ Exec(context.Context) error }](ctx context.Context, b B) (line int, err error) {
	_, _, line, _ = runtime.Caller(0)
	return line + 1, b.Exec(ctx)
}

func reportCallSites(s *Scene) {
	client, r := s.reporting()
	client.User.Use(func(next ent.Mutator) ent.Mutator { // A hook of the program, in between.
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) { return next.Mutate(ctx, m) })
	})
	u := s.user("before")
	_, file, line, _ := runtime.Caller(0)
	client.User.UpdateOneID(u.ID).SetAge(1).SaveX(s.ctx)
	client.User.UpdateOneID(u.ID).SetAge(2).ExecX(s.ctx)
	helper, err := saveIn(s.ctx, client.User.UpdateOneID(u.ID).SetAge(3))
	require.NoError(s, err)
	ended := make(chan error)
	go func() { ended <- client.User.UpdateOneID(u.ID).SetAge(4).Exec(s.ctx) }()
	require.NoError(s, <-ended)
	events := r.take()
	require.Len(s, events, 4)
	at := func(i, want int, function string) {
		s.Helper()
		assert.Equal(s, []any{file, want}, []any{events[i].File, events[i].Line})
		assert.Contains(s, events[i].Function, function)
	}
	at(0, line+1, "reportCallSites")
	at(1, line+2, "reportCallSites")
	at(2, helper, "saveIn")
	at(3, line+6, "reportCallSites")

	once, told := s.reporting(hook.ReportOnce())
	for range 3 {
		done(s, once.User.UpdateOneID(u.ID).SetAge(5))
	}
	assert.Len(s, told.take(), 1)
	over, told := s.reporting(hook.ReportCallersOf("github.com/entocc/entocc/internal/suite"))
	done(s, over.User.UpdateOneID(u.ID).SetAge(6))
	e := told.take()[0]
	assert.NotEqual(s, "report.go", filepath.Base(e.File), e.Function)
}

func reportHeard(s *Scene) {
	var text strings.Builder
	logger := slog.New(slog.NewTextHandler(&text, nil))
	tally, heard := new(hook.Tally), 0
	client := s.with(tally.Hook(), hook.Report(tally.Report), hook.Report(hook.LogReport(logger)), hook.Log(logger),
		hook.Observe(func(context.Context, *entocc.RecordModifiedError) { heard++ }))
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	for range 2 {
		done(s, client.User.UpdateOne(u).SetName("secret"))
	}
	done(s, client.User.UpdateOneID(u.ID).SetName("secret"))
	assert.Equal(s, 2, heard)
	assert.EqualValues(s, 2, tally.Counts()[ent.TypeUser])
	counts := map[hook.ReportKind]int64{}
	for place, n := range tally.Reported() {
		counts[place.Kind] += n
	}
	assert.Equal(s, map[hook.ReportKind]int64{hook.Stale: 2, hook.Unguarded: 1}, counts)
	assert.Equal(s, 3, strings.Count(text.String(), "would be refused"))
	assert.Equal(s, 2, strings.Count(text.String(), "record modified"))
	assert.Contains(s, text.String(), "scene.go", "what calls the builder here")
	assert.NotContains(s, text.String(), "secret")
}

func reportOff(s *Scene) {
	client, _ := s.reporting()
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	up := client.User.UpdateOne(u).SetName("over")
	done(s, up)
	s.conflict(s.Client.User.UpdateOne(u).SetName("lost").Exec(s.ctx))
	s.refused(s.Client.User.UpdateOneID(u.ID).SetName("lost").Exec(s.ctx))
	assert.Equal(s, "over", s.load(u.ID).Name)
}
