package suite

import (
	"context"
	"testing"

	"github.com/entocc/entocc"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Updater is a generated builder for one row.
type Updater[E, V, U any] interface {
	Save(ctx context.Context) (E, error)
	Exec(ctx context.Context) error
	IfVersion(version V) U
	IgnoreVersion() U
	ForceIncrement() U
}

// Kind is a type with some kind of version, for the core scenarios that every kind must pass. C is the generated
// client, E the entity, V its version and U its UpdateOne. Rows with the same key clash.
type Kind[C any, E entocc.Versioned, V any, U Updater[E, V, U]] struct {
	Client  C
	Create  func(ctx context.Context, c C, key, text string) (E, error)
	Load    func(ctx context.Context, c C, of E) (E, error)
	Text    func(E) string
	Version func(E) V
	// Update is made from the entity, and UpdateID from its ID alone.
	Update, UpdateID func(c C, of E, text string) U
	// Delete deletes by the entity, and DeleteIf by its ID and version.
	Delete   func(ctx context.Context, c C, of E) error
	DeleteIf func(ctx context.Context, c C, of E, version V) error
	// Where updates by a predicate, and by the version if it is not nil.
	Where func(ctx context.Context, c C, of E, version *V, text string) (int, error)
	// Many are UpdateBulk and DeleteBulk.
	Many       func(ctx context.Context, c C, skip bool, updates ...U) ([]E, error)
	DeleteMany func(ctx context.Context, c C, of ...E) (int, error)
	// Upsert upserts rows by their keys, with IfVersion if there are versions.
	Upsert func(ctx context.Context, c C, text string, keys []string, versions []V) error
	// Modified is IsModified, and Get is GetVersion.
	Modified func(ctx context.Context, of E) (bool, error)
	Get      func(ctx context.Context, c C, of E, version V) (E, error)
	// Modify changes the text by the client's Modify, and Verify has the commit check the entity.
	Modify func(ctx context.Context, c C, of E, change func(string) string) (E, error)
	Verify func(c C, of E) error
	// Tx begins a transaction.
	Tx func(ctx context.Context, c C) (in C, commit, rollback func() error, err error)
	// Ends says that a conflict with what a transaction has read ends the transaction.
	Ends bool
}

// Run runs the scenarios, each as a subtest.
func (k Kind[C, E, V, U]) Run(t *testing.T) {
	t.Helper()
	for name, run := range map[string]func(*kindScene[C, E, V, U]){
		"StaleWritesAreRefused": staleWritesOfAKind[C, E, V, U],
		"StatedVersions":        statedVersionsOfAKind[C, E, V, U],
		"WhatMovesTheVersion":   movesOfAKind[C, E, V, U],
		"RowsThatAreGone":       goneRowsOfAKind[C, E, V, U],
		"Batches":               batchesOfAKind[C, E, V, U],
		"Upserts":               upsertsOfAKind[C, E, V, U],
		"Transactions":          transactionsOfAKind[C, E, V, U],
		"ManyWriters":           manyWritersOfAKind[C, E, V, U],
	} {
		t.Run(name, func(t *testing.T) { run(&kindScene[C, E, V, U]{T: t, Kind: k, ctx: t.Context()}) })
	}
}

type kindScene[C any, E entocc.Versioned, V any, U Updater[E, V, U]] struct {
	*testing.T
	Kind[C, E, V, U]
	ctx context.Context //nolint:containedctx // the scene's
}

// row creates a row, and loads it twice, as two editors would.
func (s *kindScene[C, E, V, U]) row() (a, b E, key string) {
	s.Helper()
	key = uuid.NewString()
	created, err := s.Create(s.ctx, s.Client, key, "before")
	require.NoError(s, err)
	return s.load(created), s.load(created), key
}

func (s *kindScene[C, E, V, U]) load(of E) E {
	s.Helper()
	now, err := s.Load(s.ctx, s.Client, of)
	require.NoError(s, err)
	return now
}

func (s *kindScene[C, E, V, U]) save(u U) E {
	s.Helper()
	e, err := u.Save(s.ctx)
	require.NoError(s, err)
	return e
}

// is requires the row to have this text.
func (s *kindScene[C, E, V, U]) is(of E, text string) {
	s.Helper()
	assert.Equal(s, text, s.Text(s.load(of)))
}

// refuses requires err to be a conflict of the row.
func (s *kindScene[C, E, V, U]) refuses(of E, err error) *entocc.RecordModifiedError {
	s.Helper()
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s, err, &modified)
	assert.Equal(s, of.VersionKey().ID, modified.ID)
	return modified
}

func staleWritesOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, b, _ := s.row()
	for _, text := range []string{"one", "two", "three"} {
		old := a
		a = s.save(s.Update(s.Client, a, text))
		assert.Equal(s, text, s.Text(a))
		_ = s.refuses(old, s.Update(s.Client, old, "lost").Exec(s.ctx))
		modified, err := s.Modified(s.ctx, a)
		require.NoError(s, err)
		assert.False(s, modified, "a save returns the version that is stored")
	}
	conflict := s.refuses(b, s.Update(s.Client, b, "lost").Exec(s.ctx))
	assert.Equal(s, b.VersionKey().Version, conflict.Expected)
	assert.Equal(s, s.load(a).VersionKey().Version, conflict.Actual)
	assert.False(s, conflict.Deleted)
	_ = s.refuses(b, s.Delete(s.ctx, s.Client, b))
	modified, err := s.Modified(s.ctx, b)
	require.NoError(s, err)
	assert.True(s, modified)
	s.is(a, "three")
}

func statedVersionsOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, old, _ := s.row()
	a = s.save(s.Update(s.Client, a, "after"))
	stale, now := s.Version(old), s.Version(a)
	_ = s.refuses(a, s.UpdateID(s.Client, a, "lost").IfVersion(stale).Exec(s.ctx))
	var none V
	_ = s.refuses(a, s.UpdateID(s.Client, a, "lost").IfVersion(none).Exec(s.ctx))
	err := s.UpdateID(s.Client, a, "lost").Exec(s.ctx)
	assert.True(s, entocc.IsVersionError(err), "no version is stated: %v", err)
	n, err := s.Where(s.ctx, s.Client, a, &stale, "lost")
	assert.Zero(s, n)
	assert.True(s, entocc.IsRecordModified(err), "%v", err)
	_, err = s.Get(s.ctx, s.Client, a, stale)
	_ = s.refuses(a, err)
	same, err := s.Get(s.ctx, s.Client, a, now)
	require.NoError(s, err)
	assert.Equal(s, "after", s.Text(same))
	_ = s.refuses(a, s.DeleteIf(s.ctx, s.Client, a, stale))
	s.is(a, "after")

	n, err = s.Where(s.ctx, s.Client, a, &now, "where")
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	a = s.save(s.UpdateID(s.Client, a, "by ID").IfVersion(s.Version(s.load(a))))
	require.NoError(s, s.DeleteIf(s.ctx, s.Client, a, s.Version(a)))
}

func movesOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	for name, write := range map[string]func(of E, key string) error{
		"ForceIncrement": func(of E, _ string) error { return s.Update(s.Client, of, "before").ForceIncrement().Exec(s.ctx) },
		"IgnoreVersion":  func(of E, _ string) error { return s.Update(s.Client, of, "after").IgnoreVersion().Exec(s.ctx) },
		"set-based":      func(of E, _ string) error { _, err := s.Where(s.ctx, s.Client, of, nil, "after"); return err },
		"SkipCheck":      func(of E, _ string) error { return s.Update(s.Client, of, "after").Exec(entocc.SkipCheck(s.ctx)) },
		"upsert":         func(_ E, key string) error { return s.Upsert(s.ctx, s.Client, "after", []string{key}, nil) },
	} {
		a, b, key := s.row()
		require.NoError(s, write(a, key), name)
		_ = s.refuses(b, s.Update(s.Client, b, "lost").Exec(s.ctx))
		_ = s.save(s.Update(s.Client, s.load(b), "again"))
	}
}

func goneRowsOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, b, key := s.row()
	require.NoError(s, s.Delete(s.ctx, s.Client, a))
	assert.True(s, s.refuses(b, s.Update(s.Client, b, "lost").Exec(s.ctx)).Deleted)
	assert.True(s, s.refuses(b, s.Delete(s.ctx, s.Client, b)).Deleted)
	assert.True(s, s.refuses(b, s.UpdateID(s.Client, b, "lost").IfVersion(s.Version(b)).Exec(s.ctx)).Deleted)
	modified, err := s.Modified(s.ctx, b)
	require.NoError(s, err)
	assert.True(s, modified)
	require.NoError(s, s.Upsert(s.ctx, s.Client, "created", []string{key}, []V{s.Version(b)}), "there is nothing to guard")
}

func batchesOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, _, _ := s.row()
	b, stale, _ := s.row()
	c, _, _ := s.row()
	b = s.save(s.Update(s.Client, b, "other"))
	updates := func() []U {
		return []U{s.Update(s.Client, a, "after"), s.Update(s.Client, stale, "lost"), s.Update(s.Client, c, "after")}
	}
	var bulk *entocc.BulkModifiedError
	_, err := s.Many(s.ctx, s.Client, false, updates()...)
	require.ErrorAs(s, err, &bulk)
	require.Len(s, bulk.Conflicts, 1)
	_ = s.refuses(stale, bulk.Conflicts[0])
	s.is(a, "before")
	written, err := s.Many(s.ctx, s.Client, true, updates()...)
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, 2, bulk.Written)
	s.is(a, "after")
	s.is(b, "other")
	require.Len(s, written, 2)
	saved, err := s.Many(s.ctx, s.Client, false, s.Update(s.Client, written[0], "again"), s.Update(s.Client, b, "again"))
	require.NoError(s, err, "a batch returns the stored versions")
	_, err = s.DeleteMany(s.ctx, s.Client, saved[0], stale)
	require.ErrorAs(s, err, &bulk)
	s.is(a, "again")
	n, err := s.DeleteMany(s.ctx, s.Client, saved...)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

func upsertsOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, old, keyA := s.row()
	b, _, keyB := s.row()
	a = s.save(s.Update(s.Client, a, "saved"))
	_ = s.refuses(a, s.Upsert(s.ctx, s.Client, "lost", []string{keyA}, []V{s.Version(old)}))
	keys := []string{keyA, keyB, uuid.NewString()}
	err := s.Upsert(s.ctx, s.Client, "lost", keys, []V{s.Version(old), s.Version(b), s.Version(b)})
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, []int{0}, bulk.Indexes)
	s.is(a, "saved")
	s.is(b, "before")
	require.NoError(s, s.Upsert(s.ctx, s.Client, "after", keys, []V{s.Version(a), s.Version(b), s.Version(b)}))
	s.is(a, "after")
	_ = s.refuses(b, s.Update(s.Client, b, "lost").Exec(s.ctx))
	require.NoError(s, s.Upsert(s.ctx, s.Client, "single", []string{keyA}, []V{s.Version(s.load(a))}))
	s.is(a, "single")
}

func transactionsOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	a, _, _ := s.row()
	b, stale, _ := s.row()
	begin := func() (C, func() error, func() error) {
		in, commit, rollback, err := s.Tx(s.ctx, s.Client)
		require.NoError(s, err)
		s.Cleanup(func() { _ = rollback() })
		return in, commit, rollback
	}
	in, _, rollback := begin()
	undone := s.save(s.Update(in, a, "undone"))
	require.NoError(s, rollback())
	require.Error(s, s.Update(s.Client, undone, "lost").Exec(s.ctx), "returned by a transaction that was rolled back")
	s.is(a, "before")

	in, commit, _ := begin()
	first := s.save(s.Update(in, a, "first"))
	second := s.save(s.Update(in, first, "second"))
	_ = s.refuses(a, s.Update(in, first, "lost").Exec(s.ctx))
	require.NoError(s, commit())
	_ = s.save(s.Update(s.Client, second, "third"))

	b = s.save(s.Update(s.Client, b, "other"))
	in, commit, _ = begin()
	_ = s.refuses(b, s.Update(in, stale, "lost").Exec(s.ctx))
	_ = s.save(s.Update(in, b, "goes on"))
	require.NoError(s, commit())
	if s.Ends {
		return
	}
	in, commit, _ = begin()
	read, err := s.Load(s.ctx, in, b)
	require.NoError(s, err)
	require.NoError(s, s.Verify(in, read))
	_ = s.save(s.Update(s.Client, s.load(b), "changed"))
	_, err = s.Load(s.ctx, in, a)
	require.NoError(s, err)
	assert.True(s, entocc.IsRecordModified(commit()), "what was only read has changed")
}

// manyWritersOfAKind has many writers append to one row: a lost update loses a letter.
func manyWritersOfAKind[C any, E entocc.Versioned, V any, U Updater[E, V, U]](s *kindScene[C, E, V, U]) {
	const writers, writes = 6, 5
	a, _, _ := s.row()
	together(writers, func(int) {
		for range writes {
			_, err := s.Modify(s.ctx, s.Client, a, func(text string) string { return text + "." })
			assert.NoError(s, err)
		}
	})
	assert.Len(s, s.Text(s.load(a)), len("before")+writers*writes)
	old := s.load(a)
	won := make([]bool, writers)
	together(writers, func(i int) { won[i] = s.Update(s.Client, old, "won").Exec(s.ctx) == nil })
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	assert.Equal(s, 1, n, "one of those that start from the same version wins")
}
