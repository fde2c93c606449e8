package suite

import (
	"context"
	"errors"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// theirs changes the text, as another editor does, or the other field if the text is "".
func (s *kindScene) theirs(of entocc.Versioned, text string) entocc.Versioned {
	s.Helper()
	b := s.client.build("UpdateOneID", of.VersionKey().ID).ignoreVersion()
	if text == "" {
		return s.save(b.set(s.Other, uuid.NewString()))
	}
	return s.save(b.set(s.Text, text))
}

// saw requires a conflict to say which versions were expected and found.
func (s *kindScene) saw(expected, actual entocc.Versioned, e *entocc.RecordModifiedError) {
	s.Helper()
	assert.Equal(s, []any{version(expected), version(actual)}, []any{e.Expected, e.Actual})
}

// unusable requires err to be a VersionError.
func (s *kindScene) unusable(err error) {
	s.Helper()
	assert.True(s, entocc.IsVersionError(err), "%v", err)
	assert.False(s, entocc.IsRecordModified(err), "%v", err)
}

// Writes by predicates, which find one row by its ID, or by something else.
func setBasedOfAKind(s *kindScene) {
	text := uuid.NewString()
	a, old, _ := s.rowOf(text)
	for _, where := range []func(*sql.Selector){isRow(a), s.isText(text)} {
		stale := a
		n, err := s.client.updateAll(where, text).ifVersion(version(a)).count(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		a = s.load(a)
		for _, b := range []kindBuilder{s.client.updateAll(where, "lost"), s.client.removeAll(where)} {
			n, err := b.ifVersion(version(stale)).count(s.ctx)
			assert.Zero(s, n)
			s.saw(stale, a, s.refuses(a, err))
		}
		_, err = s.client.updateAll(where, "lost").ifVersionIn(version(old), version(stale)).count(s.ctx)
		_ = s.refuses(a, err)
		_, err = s.client.updateAll(where, "lost").ifVersionIn().count(s.ctx)
		s.unusable(err)
		_, err = s.client.updateAll(where, text).ifVersionIn(version(stale), version(a)).count(s.ctx)
		require.NoError(s, err)
		a = s.load(a)
	}
	severalRowsOfAKind(s, a, text)
	for _, write := range []func() kindBuilder{
		func() kindBuilder { return s.client.updateAll(s.isText(text), "lost") },
		func() kindBuilder { return s.client.removeAll(isRow(a)) },
	} {
		n, err := write().count(s.ctx)
		require.NoError(s, err)
		assert.Zero(s, n)
		_, err = write().ifVersion(version(a)).count(s.ctx)
		assert.True(s, entocc.IsRecordModified(err), "the row of this version is gone: %v", err)
	}
}

// A version is that of one row. Without one, all rows are written, and move, and are gone at the end.
func severalRowsOfAKind(s *kindScene, a entocc.Versioned, text string) {
	b, stale, _ := s.rowOf(text)
	for _, of := range []entocc.Versioned{a, b} {
		for _, ctx := range []context.Context{s.ctx, entocc.SkipCheck(s.ctx)} {
			_, err := s.client.updateAll(s.isText(text), "lost").ifVersion(version(of)).count(ctx)
			s.unusable(err)
			assert.ErrorContains(s, err, "match several rows")
			_, err = s.client.removeAll(s.isText(text)).ifVersion(version(of)).count(ctx)
			s.unusable(err)
		}
	}
	n, err := s.client.updateAll(s.isText(text), text).ifVersion(version(a)).ignoreVersion().count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	for _, of := range []entocc.Versioned{a, b, stale} {
		s.saw(of, s.load(of), s.refuses(of, s.client.update(of, "lost").exec(s.ctx)))
	}
	n, err = s.client.removeAll(s.isText(text)).count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

// A state is stated alone, or beside the version.
func statesOfAKind(s *kindScene) {
	a, old, _ := s.rowOf("open")
	wrong := func(err error) {
		s.Helper()
		var state *entocc.StateError
		require.ErrorAs(s, s.refuses(a, err), &state)
		require.Len(s, state.Fields, 1)
		assert.Equal(s, s.text(s.load(a)), state.Fields[0].Value)
		assert.False(s, entocc.IsRetryable(err), "the same work would meet it again")
	}
	a = s.save(s.client.updateID(a, "busy").ifText("open"))
	stale := s.refuses(old, s.client.update(old, "lost").ifText("open").exec(s.ctx))
	s.saw(old, a, stale)
	var state *entocc.StateError
	require.False(s, errors.As(stale, &state), "a stale version is reported before a wrong state")
	_ = s.refuses(old, s.client.remove(old).ifText("busy").exec(s.ctx))

	for _, err := range []error{
		s.client.updateID(a, "lost").ifText("open").exec(s.ctx),
		s.client.update(a, "lost").ifText("open").exec(s.ctx),
		s.client.updateID(a, "lost").ifVersion(version(a)).ifText("open").exec(s.ctx),
		s.client.updateID(a, "lost").ignoreVersion().ifText("open").exec(s.ctx),
		s.client.update(old, "lost").ifText("open").exec(entocc.SkipCheck(s.ctx)),
		s.client.removeID(a).ifText("open").exec(s.ctx),
		s.client.remove(a).ifText("open").exec(entocc.SkipCheck(s.ctx)),
		s.open(hook.Report(nil)).updateID(a, "lost").ifText("open").exec(s.ctx),
		s.open(hook.OnModified(hook.ClientWins())).update(a, "lost").ifText("open").exec(s.ctx),
	} {
		wrong(err)
	}
	b, _, _ := s.rowOf("open")
	_, err := s.client.updateMany(s.ctx, false, s.client.update(b, "lost").ifText("open"), s.client.update(a, "lost").ifText("open"))
	require.ErrorAs(s, err, &state)
	s.is(a, "busy")
	s.is(b, "open")

	a = s.save(s.client.update(a, "done").ifText("busy"))
	_ = s.save(s.client.update(a, "filed"))
	require.NoError(s, s.client.removeID(a).ifText("filed").exec(s.ctx))
	err = s.client.updateID(a, "risen").ifText("filed").exec(s.ctx)
	require.Error(s, err)
	require.False(s, errors.As(err, &state), "the row is gone")
}

// reported requires one event of a kind, and for a stale write its versions.
func (s *kindScene) reported(r *reporter, kind hook.ReportKind, expected, actual entocc.Versioned) {
	s.Helper()
	events := r.take()
	require.Len(s, events, 1)
	assert.Equal(s, []any{kind, s.Type, actual.VersionKey().ID}, []any{events[0].Kind, events[0].Type, events[0].ID})
	if kind == hook.Stale {
		assert.Equal(s, []any{version(expected), version(actual)}, []any{events[0].Expected, events[0].Actual})
	}
}

// What would be refused is written and reported, and the version moves so that others notice.
func reportsOfAKind(s *kindScene) {
	r := new(reporter)
	c := s.open(hook.Report(r.report))
	a, b, _ := s.row()
	a = s.save(c.update(a, "theirs"))
	assert.Empty(s, r.take(), "nothing to report")
	over := s.save(c.update(b, "mine"))
	s.reported(r, hook.Stale, b, a)
	_ = s.refuses(a, s.client.update(a, "lost").exec(s.ctx))
	over = s.save(s.client.update(over, "again"))
	byID := s.save(c.updateID(a, "by ID"))
	s.reported(r, hook.Unguarded, nil, a)
	_ = s.refuses(over, s.client.update(over, "lost").exec(s.ctx))

	for name, err := range map[string]error{
		"IfVersion":           c.updateID(a, "lost").ifVersion(version(a)).exec(s.ctx),
		"IfMatch":             c.update(a, "lost").ifMatch(accepts{version(a)}).exec(s.ctx),
		"delete by IfVersion": c.removeID(a).ifVersion(version(a)).exec(s.ctx),
		"batch":               second(c.updateMany(s.ctx, false, c.update(a, "lost"))),
		"batch of deletes":    second(c.removeMany(s.ctx, a)),
		"set-based":           second(c.updateAll(isRow(a), "lost").ifVersion(version(a)).count(s.ctx)),
		"Retry":               entocc.Retry(s.ctx, c.update(a, "lost").exec, entocc.Attempts(1)),
	} {
		assert.True(s, entocc.IsRecordModified(err), "%s: %v", name, err)
	}
	s.is(a, "by ID")
	byID = s.save(s.client.update(byID, "nothing has moved it"))
	require.NoError(s, c.update(b, "no version asked for").ignoreVersion().exec(s.ctx))
	require.NoError(s, c.update(b, "no check asked for").exec(entocc.SkipCheck(s.ctx)))
	assert.Empty(s, r.take(), "what is stated is enforced, and what is switched off is not reported")
	now := s.load(a)
	s.saw(byID, now, s.refuses(byID, s.client.update(byID, "lost").exec(s.ctx)))

	require.NoError(s, c.remove(b).exec(s.ctx))
	s.reported(r, hook.Stale, b, now)
	assert.True(s, s.refuses(b, c.update(b, "risen").exec(s.ctx)).Deleted)
	assert.Empty(s, r.take(), "a row that is gone is NotFound")
}

func second[T any](_ T, err error) error { return err }

// A transaction that writes a row twice from the same old entity writes over itself, and over nobody else.
func reportsInTxOfAKind(s *kindScene) {
	r := new(reporter)
	a, b, _ := s.row()
	in, commit, _ := s.beginOf(s.open(hook.Report(r.report)))
	old, err := in.get(s.ctx, a)
	require.NoError(s, err)
	first := s.save(in.update(old, "first"))
	second := s.save(in.update(old, "second"))
	s.reported(r, hook.Stale, old, first)
	_ = s.save(in.update(second, "third"))
	assert.Empty(s, r.take(), "what a save returns has the version of the row")
	require.NoError(s, commit())
	s.is(a, "third")
	for _, stale := range []entocc.Versioned{a, b, first, second} {
		_ = s.refuses(a, s.client.updateID(a, "lost").ifVersion(version(stale)).exec(s.ctx))
	}
}
