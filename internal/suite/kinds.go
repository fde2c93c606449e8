package suite

import (
	"context"
	"reflect"
	"testing"

	"github.com/entocc/entocc"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Run runs the scenarios of the core, each as a subtest: what databases, drivers and levels have a part in.
func (k Kind) Run(t *testing.T) {
	t.Helper()
	k.run(t, map[string]func(*kindScene){
		"StaleWritesAreRefused": staleWritesOfAKind,
		"StatedVersions":        statedVersionsOfAKind,
		"WhatMovesTheVersion":   movesOfAKind,
		"RowsThatAreGone":       goneRowsOfAKind,
		"Batches":               batchesOfAKind,
		"Upserts":               upsertsOfAKind,
		"IfNewer":               newerOfAKind,
		"Transactions":          transactionsOfAKind,
		"ManyWriters":           manyWritersOfAKind,
	})
}

// RunAll also runs those of the guard, which asks each kind the same questions: one level of each database shows that.
func (k Kind) RunAll(t *testing.T) {
	t.Helper()
	k.Run(t)
	k.run(t, map[string]func(*kindScene){
		"SetBased":   setBasedOfAKind,
		"State":      statesOfAKind,
		"Report":     reportsOfAKind,
		"ReportInTx": reportsInTxOfAKind,
		"Resolve":    resolversOfAKind,
		"Merge":      mergesOfAKind,
		"Rounds":     roundsOfAKind,
		"HTTP":       entityTagsOfAKind,
		"SoftDelete": softDeletesOfAKind,
		"Hooks":      hooksOfAKind,
	})
	if k.Child != "" {
		k.run(t, map[string]func(*kindScene){"Touch": touchesOfAKind})
	}
}

func (k Kind) run(t *testing.T, scenarios map[string]func(*kindScene)) {
	t.Helper()
	for name, run := range scenarios {
		t.Run(name, func(t *testing.T) { run(&kindScene{T: t, Kind: k, client: k.open(), ctx: t.Context()}) })
	}
}

type kindScene struct {
	*testing.T
	Kind
	client kindClient
	ctx    context.Context //nolint:containedctx // the scene's
}

// row creates a row, and loads it twice, as two editors would.
func (s *kindScene) row() (a, b entocc.Versioned, key string) {
	s.Helper()
	return s.rowOf("before")
}

// rowOf creates one with this text.
func (s *kindScene) rowOf(text string) (a, b entocc.Versioned, key string) {
	s.Helper()
	key = uuid.NewString()
	created := s.save(s.client.create(key, text))
	return s.load(created), s.load(created), key
}

func (s *kindScene) load(of entocc.Versioned) entocc.Versioned {
	s.Helper()
	now, err := s.client.get(s.ctx, of)
	require.NoError(s, err)
	return now
}

func (s *kindScene) save(u kindBuilder) entocc.Versioned {
	s.Helper()
	e, err := u.save(s.ctx)
	require.NoError(s, err)
	return e
}

// begin begins a transaction, and rolls it back at the end if it is open still.
func (s *kindScene) begin() (in kindClient, commit, rollback func() error) {
	s.Helper()
	return s.beginOf(s.client)
}

func (s *kindScene) beginOf(c kindClient) (in kindClient, commit, rollback func() error) {
	s.Helper()
	in, commit, rollback, err := c.tx(s.ctx)
	require.NoError(s, err)
	s.Cleanup(func() { _ = rollback() })
	return in, commit, rollback
}

// is requires the row to have this text.
func (s *kindScene) is(of entocc.Versioned, text string) {
	s.Helper()
	assert.Equal(s, text, s.text(s.load(of)))
}

// refuses requires err to be a conflict of the row.
func (s *kindScene) refuses(of entocc.Versioned, err error) *entocc.RecordModifiedError {
	s.Helper()
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s, err, &modified)
	assert.Equal(s, []any{s.Type, of.VersionKey().ID}, []any{modified.Type, modified.ID})
	return modified
}

// version is that of an entity.
func version(of entocc.Versioned) any { return of.VersionKey().Version }

func staleWritesOfAKind(s *kindScene) {
	a, b, _ := s.row()
	for _, text := range []string{"one", "two", "three"} {
		old := a
		a = s.save(s.client.update(a, text))
		assert.Equal(s, text, s.text(a))
		_ = s.refuses(old, s.client.update(old, "lost").exec(s.ctx))
		modified, err := isModified(s.ctx, a)
		require.NoError(s, err)
		assert.False(s, modified, "a save returns the version that is stored")
	}
	conflict := s.refuses(b, s.client.update(b, "lost").exec(s.ctx))
	assert.Equal(s, b.VersionKey().Version, conflict.Expected)
	assert.Equal(s, s.load(a).VersionKey().Version, conflict.Actual)
	assert.False(s, conflict.Deleted)
	_ = s.refuses(b, s.client.remove(b).exec(s.ctx))
	modified, err := isModified(s.ctx, b)
	require.NoError(s, err)
	assert.True(s, modified)
	s.is(a, "three")
}

func statedVersionsOfAKind(s *kindScene) {
	a, old, _ := s.row()
	a = s.save(s.client.update(a, "after"))
	stale, now := version(old), version(a)
	_ = s.refuses(a, s.client.updateID(a, "lost").ifVersion(stale).exec(s.ctx))
	none := reflect.Zero(reflect.TypeOf(now)).Interface()
	_ = s.refuses(a, s.client.updateID(a, "lost").ifVersion(none).exec(s.ctx))
	err := s.client.updateID(a, "lost").exec(s.ctx)
	assert.True(s, entocc.IsVersionError(err), "no version is stated: %v", err)
	n, err := s.client.updateAll(isRow(a), "lost").ifVersion(stale).count(s.ctx)
	assert.Zero(s, n)
	assert.True(s, entocc.IsRecordModified(err), "%v", err)
	_, err = s.client.getVersion(s.ctx, a, stale)
	_ = s.refuses(a, err)
	same, err := s.client.getVersion(s.ctx, a, now)
	require.NoError(s, err)
	assert.Equal(s, "after", s.text(same))
	_ = s.refuses(a, s.client.removeID(a).ifVersion(stale).exec(s.ctx))
	s.is(a, "after")

	n, err = s.client.updateAll(isRow(a), "where").ifVersion(now).count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	a = s.save(s.client.updateID(a, "by ID").ifVersion(version(s.load(a))))
	require.NoError(s, s.client.removeID(a).ifVersion(version(a)).exec(s.ctx))
}

func movesOfAKind(s *kindScene) {
	for name, write := range map[string]func(of entocc.Versioned, key string) error{
		"ForceIncrement": func(of entocc.Versioned, _ string) error {
			return s.client.update(of, "before").with("ForceIncrement").exec(s.ctx)
		},
		"IgnoreVersion": func(of entocc.Versioned, _ string) error {
			return s.client.update(of, "after").ignoreVersion().exec(s.ctx)
		},
		"set-based": func(of entocc.Versioned, _ string) error {
			_, err := s.client.updateAll(isRow(of), "after").count(s.ctx)
			return err
		},
		"SkipCheck": func(of entocc.Versioned, _ string) error {
			return s.client.update(of, "after").exec(entocc.SkipCheck(s.ctx))
		},
		"upsert": func(_ entocc.Versioned, key string) error {
			return s.client.upsert(s.ctx, "after", []string{key})
		},
	} {
		a, b, key := s.row()
		require.NoError(s, write(a, key), name)
		_ = s.refuses(b, s.client.update(b, "lost").exec(s.ctx))
		_ = s.save(s.client.update(s.load(b), "again"))
	}
}

func goneRowsOfAKind(s *kindScene) {
	a, b, key := s.row()
	require.NoError(s, s.client.remove(a).exec(s.ctx))
	assert.True(s, s.refuses(b, s.client.update(b, "lost").exec(s.ctx)).Deleted)
	assert.True(s, s.refuses(b, s.client.remove(b).exec(s.ctx)).Deleted)
	assert.True(s, s.refuses(b, s.client.updateID(b, "lost").ifVersion(version(b)).exec(s.ctx)).Deleted)
	modified, err := isModified(s.ctx, b)
	require.NoError(s, err)
	assert.True(s, modified)
	require.NoError(s, s.client.upsert(s.ctx, "created", []string{key}, version(b)), "there is nothing to guard")
}

func batchesOfAKind(s *kindScene) {
	a, _, _ := s.row()
	b, stale, _ := s.row()
	c, _, _ := s.row()
	b = s.save(s.client.update(b, "other"))
	updates := func() []kindBuilder {
		return []kindBuilder{s.client.update(a, "after"), s.client.update(stale, "lost"), s.client.update(c, "after")}
	}
	var bulk *entocc.BulkModifiedError
	_, err := s.client.updateMany(s.ctx, false, updates()...)
	require.ErrorAs(s, err, &bulk)
	require.Len(s, bulk.Conflicts, 1)
	_ = s.refuses(stale, bulk.Conflicts[0])
	s.is(a, "before")
	written, err := s.client.updateMany(s.ctx, true, updates()...)
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, 2, bulk.Written)
	s.is(a, "after")
	s.is(b, "other")
	require.Len(s, written, 2)
	_, err = s.client.updateMany(s.ctx, true, s.client.update(b, "lost"), s.client.update(b, "lost"))
	assert.True(s, entocc.IsVersionError(err), "a row twice: %v", err)
	saved, err := s.client.updateMany(s.ctx, false, s.client.update(written[0], "again"), s.client.update(b, "again"))
	require.NoError(s, err, "a batch returns the stored versions")
	_, err = s.client.removeMany(s.ctx, saved[0], stale)
	require.ErrorAs(s, err, &bulk)
	s.is(a, "again")
	n, err := s.client.removeMany(s.ctx, saved...)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

func upsertsOfAKind(s *kindScene) {
	a, old, keyA := s.row()
	b, _, keyB := s.row()
	a = s.save(s.client.update(a, "saved"))
	_ = s.refuses(a, s.client.upsert(s.ctx, "lost", []string{keyA}, version(old)))
	keys := []string{keyA, keyB, uuid.NewString()}
	err := s.client.upsert(s.ctx, "lost", keys, version(old), version(b), version(b))
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, []int{0}, bulk.Indexes)
	s.is(a, "saved")
	s.is(b, "before")
	require.NoError(s, s.client.upsert(s.ctx, "after", keys, version(a), version(b), version(b)))
	s.is(a, "after")
	_ = s.refuses(b, s.client.update(b, "lost").exec(s.ctx))
	require.NoError(s, s.client.upsert(s.ctx, "single", []string{keyA}, version(s.load(a))))
	s.is(a, "single")
}

// An upsert of a newer version is generated for the kinds that have it.
func newerOfAKind(s *kindScene) {
	a, b, key := s.row()
	upsert := func(text string) reflect.Value {
		return invoke(invoke(s.client.create(key, text).b, "OnConflictColumns", s.Key)[0], "UpdateNewValues")[0]
	}
	if s.NoNewer {
		assert.False(s, upsert("lost").MethodByName("IfNewer").IsValid(), "IfNewer is generated")
		return
	}
	newer, _, _ := s.row()
	for range 3 {
		newer = s.save(s.client.update(newer, "newer"))
	}
	err := failure(invoke(invoke(upsert("lost"), "IfNewer", version(a))[0], "Exec", s.ctx))
	assert.True(s, entocc.IsNotNewer(err), "%v", err)
	s.is(a, "before")
	require.NoError(s, failure(invoke(invoke(upsert("newer"), "IfNewer", version(newer))[0], "Exec", s.ctx)))
	s.is(a, "newer")
	_ = s.refuses(b, s.client.update(b, "lost").exec(s.ctx))
}

func transactionsOfAKind(s *kindScene) {
	a, _, _ := s.row()
	b, stale, _ := s.row()
	in, _, rollback := s.begin()
	undone := s.save(in.update(a, "undone"))
	require.NoError(s, rollback())
	require.Error(s, s.client.update(undone, "lost").exec(s.ctx), "returned by a transaction that was rolled back")
	s.is(a, "before")

	in, commit, _ := s.begin()
	first := s.save(in.update(a, "first"))
	second := s.save(in.update(first, "second"))
	_ = s.refuses(a, in.update(first, "lost").exec(s.ctx))
	require.NoError(s, commit())
	_ = s.save(s.client.update(second, "third"))

	b = s.save(s.client.update(b, "other"))
	in, commit, _ = s.begin()
	_ = s.refuses(b, in.update(stale, "lost").exec(s.ctx))
	_ = s.save(in.update(b, "goes on"))
	require.NoError(s, commit())
	if s.Ends {
		return
	}
	in, commit, _ = s.begin()
	read, err := in.get(s.ctx, b)
	require.NoError(s, err)
	require.NoError(s, in.verify(read))
	_ = s.save(s.client.update(s.load(b), "changed"))
	_, err = in.get(s.ctx, a)
	require.NoError(s, err)
	assert.True(s, entocc.IsRecordModified(commit()), "what was only read has changed")
}

// manyWritersOfAKind has many writers append to one row: a lost update loses a letter.
func manyWritersOfAKind(s *kindScene) {
	const writers, writes = 6, 5
	a, _, _ := s.row()
	together(writers, func(int) {
		for range writes {
			assert.NoError(s, s.client.modify(s.ctx, a, func(text string) string { return text + "." }))
		}
	})
	assert.Len(s, s.text(s.load(a)), len("before")+writers*writes)
	old := s.load(a)
	won := make([]bool, writers)
	together(writers, func(i int) { won[i] = s.client.update(old, "won").exec(s.ctx) == nil })
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	assert.Equal(s, 1, n, "one of those that start from the same version wins")
}
