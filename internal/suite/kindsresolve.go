package suite

import (
	"context"
	"sync/atomic"

	entgo "entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A resolver sees the versions of the kind, and what it saves is guarded by the one that it has seen.
func resolversOfAKind(s *kindScene) {
	a, b, _ := s.row()
	a = s.save(s.client.update(a, "theirs"))
	asked := 0
	c := s.open(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		asked++
		s.saw(b, a, c.Modified)
		current, err := c.Current(ctx)
		require.NoError(s, err)
		assert.Equal(s, version(a), version(current.(entocc.Versioned)))
		return c.Save(ctx)
	}))
	saved := s.save(c.update(b, "mine"))
	assert.Equal(s, 1, asked)
	s.is(a, "mine")
	_ = s.refuses(a, s.client.update(a, "lost").exec(s.ctx))
	a = s.save(s.client.update(saved, "again"))

	require.NoError(s, c.update(b, "unasked").exec(entocc.SkipCheck(s.ctx)))
	require.NoError(s, c.update(b, "unasked").ignoreVersion().exec(s.ctx))
	_ = s.refuses(a, c.updateID(a, "lost").ifMatch(accepts{version(b)}).exec(s.ctx))
	without := s.open(hook.OnModified(hook.ClientWins(), hook.WithoutIfVersion()))
	_ = s.refuses(a, without.updateID(a, "lost").ifVersion(version(b)).exec(s.ctx))
	assert.Equal(s, 1, asked)

	wins := s.open(hook.OnModified(hook.ClientWins()))
	require.NoError(s, wins.updateID(a, "by ID").ifVersion(version(b)).exec(s.ctx))
	n, err := wins.updateAll(isRow(a), "set-based").ifVersion(version(b)).count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	s.is(a, "set-based")
	in, commit, _ := s.beginOf(wins)
	old := s.load(a)
	_ = s.save(in.update(old, "first"))
	second := s.save(in.update(old, "second"))
	require.NoError(s, commit())
	_ = s.save(s.client.update(second, "third"))

	require.NoError(s, wins.remove(b).exec(s.ctx))
	assert.True(s, s.refuses(b, wins.update(b, "risen").exec(s.ctx)).Deleted)
}

// Merge saves what does not clash, and StoreWins returns the row as it is.
func mergesOfAKind(s *kindScene) {
	c := s.open(hook.OnModified(hook.Merge()))
	a, b, _ := s.row()
	theirs := s.theirs(a, "")
	merged := s.save(c.update(b, "mine"))
	assert.NotEqual(s, version(theirs), version(merged))
	assert.Equal(s, "mine", s.text(merged))
	assert.Equal(s, s.stored(theirs, s.Other), s.stored(s.load(a), s.Other), "their field is kept")
	_ = s.refuses(theirs, s.client.update(theirs, "lost").exec(s.ctx))
	a = s.save(s.client.update(merged, "theirs"))
	err := c.update(merged, "clash").exec(s.ctx)
	s.saw(merged, a, s.refuses(a, err))
	var clash *entocc.MergeError
	require.ErrorAs(s, err, &clash)
	s.is(a, "theirs")

	stored := s.save(s.open(hook.OnModified(hook.StoreWins())).update(b, "lost"))
	assert.Equal(s, version(a), version(stored))
	_ = s.save(s.client.update(stored, "from the row as it is"))
	_ = s.refuses(b, s.open(hook.OnModified(hook.StoreWins())).remove(b).exec(s.ctx))
}

// A third writer between a resolver's look and its save is another conflict. No letter is lost, whoever was faster.
func roundsOfAKind(s *kindScene) {
	a, b, _ := s.row()
	_ = s.theirs(a, "theirs")
	rounds := 0
	c := s.open(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		rounds = c.Round
		_, err := c.Current(ctx)
		require.NoError(s, err)
		if c.Round == 1 {
			_ = s.theirs(a, "a third one's")
		}
		return c.Save(ctx)
	}))
	_ = s.save(c.update(b, "mine"))
	assert.Equal(s, 2, rounds)
	bounded := s.open(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		_ = s.theirs(a, "always faster")
		return c.Save(ctx)
	}, hook.Rounds(2)))
	_ = s.refuses(a, bounded.update(b, "lost").exec(s.ctx))
	s.is(a, "always faster")

	const writers = 5
	_ = s.theirs(a, "")
	var asked atomic.Int64
	appends := s.open(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		asked.Add(1)
		current, err := c.Current(ctx)
		if err != nil {
			return nil, err
		}
		if err := c.Mutation.SetField(s.Text, s.text(current.(entocc.Versioned))+"."); err != nil {
			return nil, err
		}
		return c.Save(ctx)
	}, hook.Rounds(1000)))
	together(writers, func(int) { assert.NoError(s, appends.update(b, "lost").exec(s.ctx)) })
	s.is(a, "always faster.....")
	assert.GreaterOrEqual(s, asked.Load(), int64(writers))
}

// A row of the kind is a parent: writes of its children move its version, and can state the one that they saw.
func touchesOfAKind(s *kindScene) {
	parent, old, _ := s.row()
	child := s.client
	child.Type, child.Text = s.Child, "text"
	child = child.of(child.root)
	seen := func(b kindBuilder, of entocc.Versioned) kindBuilder {
		return b.with("If"+s.Edge+"Version", version(of))
	}
	create := func() kindBuilder {
		return child.build("Create").set("text", "before").with("Set"+s.Edge+"ID", parent.VersionKey().ID)
	}
	line := s.save(create())
	for name, write := range map[string]func() kindBuilder{
		"create": create,
		"update": func() kindBuilder { return child.update(line, "after") },
		"delete": func() kindBuilder { return child.remove(s.save(create())) },
	} {
		b := write()
		parent = s.load(parent)
		s.saw(old, parent, s.refuses(parent, seen(b, old).exec(s.ctx)))
		b = write()
		parent = s.load(parent)
		require.NoError(s, seen(b, parent).exec(s.ctx), name)
		s.saw(parent, s.load(parent), s.refuses(parent, s.client.update(parent, "lost").exec(s.ctx)))
		line, _ = child.get(s.ctx, line)
	}
	resolving := child.of(s.open(hook.OnModified(hook.ClientWins())).root)
	_ = s.refuses(parent, seen(resolving.update(line, "lost"), old).exec(s.ctx))
	reporting := child.of(s.open(hook.Report(nil)).root)
	_ = s.refuses(parent, seen(reporting.update(line, "lost"), old).exec(s.ctx))
	line, err := child.get(s.ctx, line)
	require.NoError(s, err)
	assert.Equal(s, "after", child.text(line))
	_, err = child.updateAll(isRow(line), uuid.NewString()).count(s.ctx)
	require.NoError(s, err)
	assert.True(s, entocc.IsRecordModified(child.update(line, "lost").exec(s.ctx)))
}
