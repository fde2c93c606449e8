package suite

import (
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/parcel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Fields that only their UpdateDefault sets, beside ignored ones; and times that a database truncates.
func defaultedScenarios() []scenario {
	return []scenario{
		{name: "Defaulted/FieldDoesNotBumpByItself", run: defaultedFieldDoesNotBump},
		{name: "Defaulted/SaveIsGuardedAllTheSame", run: defaultedSaveIsGuarded},
		{name: "Defaulted/FieldThatTheCallerSetBumps", run: defaultedFieldThatTheCallerSetBumps},
		{name: "Defaulted/SetBasedAndBatchesDoNotBump", run: defaultedSetBasedAndBatches},
		{name: "Defaulted/MergeDoesNotClash", run: defaultedFieldsMerge},
		{name: "Guard/CreatedTimeIsThatOfTheRow", run: createdTimeIsThatOfTheRow},
	}
}

func defaultedFieldDoesNotBump(s *Scene) {
	p := s.loadParcel(s.parcel().ID)
	g := saved(s, s.Client.Group.Create().SetName("stamp"))
	before := p.UpdatedAt
	for _, up := range []func(*ent.ParcelUpdateOne) *ent.ParcelUpdateOne{
		func(up *ent.ParcelUpdateOne) *ent.ParcelUpdateOne { return up.SetSeenAt(time.Now()) },
		func(up *ent.ParcelUpdateOne) *ent.ParcelUpdateOne { return up.ClearSeenAt() },
		func(up *ent.ParcelUpdateOne) *ent.ParcelUpdateOne { return up.AppendScans([]string{"x"}) },
		func(up *ent.ParcelUpdateOne) *ent.ParcelUpdateOne { return up.AddStamps(g) },
		func(up *ent.ParcelUpdateOne) *ent.ParcelUpdateOne { return up.ClearStamps() },
	} {
		p = saved(s, up(p.Update()))
		assert.EqualValues(s, 1, p.Version)
		assert.Equal(s, 2026, p.UpdatedIn)
	}
	assert.True(s, p.UpdatedAt.After(before), "updated_at is written too")
	p = saved(s, p.Update().AddStops(g))
	assert.EqualValues(s, 2, p.Version, "an edge that counts")
	p = saved(s, p.Update().SetSeenAt(time.Now()).SetTitle("x"))
	assert.EqualValues(s, 3, p.Version)
	p = saved(s, p.Update().SetSeenAt(time.Now()).ForceIncrement())
	assert.EqualValues(s, 4, p.Version)
	p = saved(s, p.Update().AppendLabels([]string{"x"}))
	assert.EqualValues(s, 5, p.Version)
}

func defaultedSaveIsGuarded(s *Scene) {
	p := s.loadParcel(s.parcel().ID)
	saved(s, s.Other.Parcel.UpdateOneID(p.ID).IgnoreVersion().SetTitle("theirs"))
	s.catchUp()
	s.conflict(p.Update().SetSeenAt(time.Now()).Exec(s.ctx))
	s.conflict(p.Update().AppendScans([]string{"x"}).Exec(s.ctx))
	got := s.loadParcel(p.ID)
	assert.Nil(s, got.SeenAt)
	assert.Empty(s, got.Scans)
}

func defaultedFieldThatTheCallerSetBumps(s *Scene) {
	p := s.loadParcel(s.parcel().ID)
	p = saved(s, p.Update().SetUpdatedAt(time.Unix(1e9, 0)))
	assert.EqualValues(s, 2, p.Version)
	assert.True(s, p.UpdatedAt.Equal(time.Unix(1e9, 0)))
	p = saved(s, p.Update().SetSeenAt(time.Now()).ClearUpdatedIn())
	assert.EqualValues(s, 3, p.Version)
}

func defaultedSetBasedAndBatches(s *Scene) {
	p, q := s.loadParcel(s.parcel().ID), s.loadParcel(s.parcel().ID)
	s.catchUp()
	done(s, s.Client.Parcel.Update().Where(parcel.IDIn(p.ID, q.ID)).SetSeenAt(time.Now()))
	assert.EqualValues(s, 1, s.version(parcel.Table, p.ID))
	both, err := s.Client.Parcel.UpdateBulk(p.Update().SetSeenAt(time.Now()), q.Update().SetTitle("x")).Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 1, both[0].Version)
	assert.EqualValues(s, 2, both[1].Version)
	done(s, s.Client.Parcel.Update().Where(parcel.ID(p.ID)).SetUpdatedAt(time.Now()))
	assert.EqualValues(s, 2, s.version(parcel.Table, p.ID))
}

func defaultedFieldsMerge(s *Scene) {
	client := s.with(hook.OnModified(hook.Merge()))
	_, bob := s.twoParcels()
	saved(s, s.Other.Parcel.UpdateOneID(bob.ID).IgnoreVersion().SetTitle("theirs"))
	s.catchUp()
	p := saved(s, client.Parcel.UpdateOne(bob).SetPriority(2))
	assert.Equal(s, "theirs", p.Title)
	created := saved(s, s.Client.Parcel.Create().SetTitle("title"))
	saved(s, s.Other.Parcel.UpdateOneID(created.ID).IgnoreVersion().SetTitle("theirs"))
	s.catchUp()
	p = saved(s, client.Parcel.UpdateOne(created).AddPriority(2))
	assert.Equal(s, "theirs", p.Title)
}

func createdTimeIsThatOfTheRow(s *Scene) {
	east := time.FixedZone("", 2*3600)
	for _, create := range []*ent.ReadingCreate{
		s.Client.Reading.Create().SetValue(1),
		s.Client.Reading.Create().SetValue(1).SetUpdatedAt(time.Date(2026, 3, 1, 0, 30, 0, 123456789, east)),
		s.Client.Reading.Create().SetValue(1).SetUpdatedAt(time.Date(1969, 3, 1, 0, 30, 0, 999999999, east)),
	} {
		r := saved(s, create)
		s.catchUp()
		modified, err := r.IsModified(s.ctx)
		require.NoError(s, err)
		assert.False(s, modified)
		same, err := s.Client.Reading.GetVersion(s.ctx, r.ID, r.UpdatedAt)
		require.NoError(s, err)
		assert.True(s, same.UpdatedAt.Equal(r.UpdatedAt), "%v %v", same.UpdatedAt, r.UpdatedAt)
		tx := s.Tx()
		require.NoError(s, tx.Reading.VerifyOnCommit(r))
		require.NoError(s, tx.Commit())
		if s.db.Traits.Nodes { // The commit has bumped the row.
			r = s.Client.Reading.GetX(s.ctx, r.ID)
		}
		r = saved(s, r.Update().SetValue(2))
		r = saved(s, s.Client.Reading.UpdateOneID(r.ID).IfVersion(r.UpdatedAt).SetValue(3))
		done(s, r.Delete())
	}
	if s.db.Traits.Nodes {
		return // Nodes count IDs in steps, so ent's CreateBulk returns wrong IDs.
	}
	many, err := s.Client.Reading.CreateBulk(s.Client.Reading.Create().SetValue(1), s.Client.Reading.Create().SetValue(2)).Save(s.ctx)
	require.NoError(s, err)
	s.catchUp()
	for _, r := range many {
		modified, err := r.IsModified(s.ctx)
		require.NoError(s, err)
		assert.False(s, modified)
		_, err = r.Update().SetValue(3).Save(entocc.SkipIncrement(s.ctx))
		require.NoError(s, err)
	}
}
