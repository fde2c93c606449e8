package suite

import (
	"math"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func plainBumpScenarios() []scenarioOf[*PlainScene] {
	return []scenarioOf[*PlainScene]{
		{name: "Plain/SetBasedUpdateBumpsEveryRow", run: plainSetBasedUpdateBumpsEveryRow},
		{name: "Plain/SetBasedUpdateOfIgnoredFieldDoesNotBump", run: plainSetBasedUpdateOfIgnoredFieldDoesNotBump},
		{name: "Plain/IgnoredFieldDoesNotBump", run: plainIgnoredFieldDoesNotBump},
		{name: "Plain/SetToTheSameIgnoredValuePasses", run: plainSetToTheSameIgnoredValuePasses},
		{name: "Plain/NothingChangedBumpsNothing", run: plainNothingChangedBumpsNothing},
		{name: "Plain/SkipIncrementChecksAndDoesNotBump", run: plainSkipIncrementChecksAndDoesNotBump},
		{name: "Plain/TokenInARenamedColumn", run: plainTokenInARenamedColumn},
		{name: "Plain/TokenWithoutRandomnessIsRefused", run: plainTokenWithoutRandomnessIsRefused},
		{name: "Plain/TimeRises", run: plainTimeRises},
		{name: "Plain/OverflowOfAnEntity", run: plainOverflowOfAnEntity},
		{name: "Plain/OverflowOfASet", run: plainOverflowOfASet},
		{name: "Plain/UpsertDoesNotReset", run: plainUpsertDoesNotReset},
	}
}

func plainSetBasedUpdateBumpsEveryRow(s *PlainScene) {
	a, b := s.item(), s.item()
	n, err := s.Client.Item.Update().Where(sql.FieldIn("id", a.ID, b.ID)).AddCount(1).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	s.storedItem(a.ID, "before", 2)
	_, err = b.Update().SetName("lost").Save(s.ctx)
	s.modified(err)
}

func plainSetBasedUpdateOfIgnoredFieldDoesNotBump(s *PlainScene) {
	i := s.item()
	done(s, s.Client.Item.Update().Where(sql.FieldEQ("id", i.ID)).SetSeen(true))
	s.storedItem(i.ID, "before", 1)
}

func plainIgnoredFieldDoesNotBump(s *PlainScene) {
	i := s.item()
	got := saved(s, i.Update().SetSeen(true))
	assert.EqualValues(s, 1, got.Version)
	got = saved(s, i.Update().SetSeen(true).SetName("after"))
	assert.EqualValues(s, 2, got.Version)
	_, err := i.Update().SetSeen(false).Save(s.ctx)
	s.modified(err)
}

// MySQL counts no row for it: that must not look like a conflict.
func plainSetToTheSameIgnoredValuePasses(s *PlainScene) {
	i := s.item()
	for range 2 {
		got := saved(s, i.Update().SetSeen(true))
		assert.EqualValues(s, 1, got.Version)
		require.NoError(s, i.Update().SetName("before").Exec(entocc.SkipIncrement(s.ctx)))
	}
	saved(s, i.Update().SetName("after"))
	_, err := i.Update().SetSeen(true).Save(s.ctx)
	s.modified(err)
}

func plainNothingChangedBumpsNothing(s *PlainScene) {
	i := s.item()
	s.Sent.Reset()
	got := saved(s, i.Update())
	assert.EqualValues(s, 1, got.Version)
	assert.Empty(s, s.Sent.Writes())
	done(s, s.Client.Item.Update().Where(sql.FieldEQ("id", i.ID)))
	s.storedItem(i.ID, "before", 1)
}

func plainSkipIncrementChecksAndDoesNotBump(s *PlainScene) {
	i, shadow := s.item(), entocc.SkipIncrement(s.ctx)
	got, err := i.Update().SetName("shadow").Save(shadow)
	require.NoError(s, err)
	assert.EqualValues(s, 1, got.Version)
	require.NoError(s, s.Client.Item.Update().Where(sql.FieldEQ("id", i.ID)).SetCount(4).Exec(shadow))
	s.storedItem(i.ID, "shadow", 1)
	saved(s, i.Update().SetName("after"))
	_, err = i.Update().SetName("lost").Save(shadow)
	s.modified(err)
}

func plainTokenInARenamedColumn(s *PlainScene) {
	p := saved(s, s.Client.Paper.Create().SetTitle("before"))
	now := saved(s, p.Update().SetTitle("after"))
	assert.NotEqual(s, p.Revision, now.Revision)
	_, err := p.Update().SetTitle("lost").Save(s.ctx)
	s.modified(err)
	done(s, s.Client.Paper.Update().Where(sql.FieldEQ("id", p.ID)).SetTitle("set"))
	_, err = now.Update().SetTitle("lost").Save(s.ctx)
	s.modified(err)
}

func plainTokenWithoutRandomnessIsRefused(s *PlainScene) {
	p := saved(s, s.Client.Paper.Create().SetTitle("before"))
	uuid.SetRand(noRandomness{})
	defer uuid.SetRand(nil)
	s.Sent.Reset()
	_, err := s.Client.Paper.Create().SetTitle("lost").Save(s.ctx)
	s.refused(err)
	_, err = p.Update().SetTitle("lost").Save(s.ctx)
	s.refused(err)
	s.refused(s.Client.Paper.Update().Where(sql.FieldEQ("id", p.ID)).SetTitle("lost").Exec(s.ctx))
	assert.Empty(s, s.Sent.Writes())
}

func plainTimeRises(s *PlainScene) {
	m := saved(s, s.Client.Moment.Create().SetName("before").SetVersion(farFuture))
	m = saved(s, m.Update().SetName("after"))
	assert.Equal(s, farFuture+1, m.Version)
	now := saved(s, s.Client.Moment.Create().SetName("now"))
	done(s, s.Client.Moment.Update().Where(sql.FieldEQ("id", now.ID)).SetName("set"))
	assert.Greater(s, s.version("moments", now.ID), now.Version)
	_, err := now.Update().SetName("lost").Save(s.ctx)
	s.modified(err)
}

func plainOverflowOfAnEntity(s *PlainScene) {
	i := saved(s, s.Client.Item.Create().SetName("before").SetVersion(math.MaxInt64))
	_, err := i.Update().SetName("lost").Save(s.ctx)
	s.refused(err)
	s.storedItem(i.ID, "before", math.MaxInt64)
}

func plainOverflowOfASet(s *PlainScene) {
	i := saved(s, s.Client.Item.Create().SetName("before").SetVersion(math.MaxInt64))
	s.refused(s.Client.Item.Update().Where(sql.FieldEQ("id", i.ID)).SetName("lost").Exec(s.ctx))
	s.storedItem(i.ID, "before", math.MaxInt64)
}

// The hook does not see an upsert: as the docs say, the version stays as it is. It is never set back.
func plainUpsertDoesNotReset(s *PlainScene) {
	i := saved(s, s.Client.Item.Create().SetName("before").SetVersion(7))
	done(s, s.Client.Item.Create().SetName("copy").OnConflictColumns("id").UpdateNewValues())
	done(s, s.Client.Item.CreateBulk(s.Client.Item.Create().SetName("copy")).OnConflictColumns("id").UpdateNewValues())
	s.storedItem(i.ID, "before", 7)
}
