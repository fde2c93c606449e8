package suite

import (
	"errors"
	"math"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/pet"
	"github.com/entocc/entocc/internal/ent/reading"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func valueScenarios() []scenario {
	return []scenario{
		{name: "Values/TokenIsImmuneToDeleteAndRecreate", run: tokenIsImmuneToDeleteAndRecreate},
		{name: "Values/TimeIsImmuneToDeleteAndRecreate", run: timeIsImmuneToDeleteAndRecreate},
		{name: "Values/TokensDiffer", run: tokensDiffer},
		{name: "Values/TokenWithoutRandomnessIsRefused", run: tokenWithoutRandomnessIsRefused},
		{name: "Values/TimeIsThatOfTheWrite", run: timeIsThatOfTheWrite},
		{name: "Values/TimeRisesThoughTheClockIsBehind", run: timeRisesThoughTheClockIsBehind},
		{name: "Values/TimeRisesInSetsThoughTheClockIsBehind", run: timeRisesInSetsThoughTheClockIsBehind},
		{name: "Values/GuardFieldOfTimeRises", run: guardFieldOfTimeRises},
		{name: "Values/GuardFieldOfTimeRisesThoughTheClockIsBehind", run: guardFieldOfTimeRisesThoughTheClockIsBehind},
		{name: "Overflow/UpdateOfAnEntity", run: overflowing(func(s *Scene, u *ent.User) error { return u.Update().SetName("lost").Exec(s.ctx) })},
		{name: "Overflow/IfVersion", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.UpdateOneID(u.ID).IfVersion(math.MaxInt64).SetName("lost").Exec(s.ctx)
		})},
		{name: "Overflow/IfVersionIn", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.UpdateOneID(u.ID).IfVersionIn(1, math.MaxInt64).SetName("lost").Exec(s.ctx)
		})},
		{name: "Overflow/IgnoreVersion", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.UpdateOneID(u.ID).IgnoreVersion().SetName("lost").Exec(s.ctx)
		})},
		{name: "Overflow/SkipCheck", run: overflowing(func(s *Scene, u *ent.User) error {
			return u.Update().SetName("lost").Exec(entocc.SkipCheck(s.ctx))
		})},
		{name: "Overflow/ForceIncrement", run: overflowing(func(s *Scene, u *ent.User) error { return u.Update().ForceIncrement().Exec(s.ctx) })},
		{name: "Overflow/SetBasedUpdate", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.Update().Where(byID(u.ID)).SetName("lost").Exec(s.ctx)
		})},
		{name: "Overflow/SetBasedUpdateWithEdges", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.Update().Where(byID(u.ID)).SetName("lost").AddPets(s.pet("rex")).Exec(s.ctx)
		})},
		{name: "Overflow/EdgesOfAnEntity", run: overflowing(func(s *Scene, u *ent.User) error {
			return u.Update().AddPets(s.pet("rex")).Exec(s.ctx)
		})},
		{name: "Overflow/Upsert", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.upsert(*u.Email, "lost").UpdateNewValues().Exec(s.ctx)
		})},
		{name: "Overflow/BulkUpsert", run: overflowing(func(s *Scene, u *ent.User) error {
			return s.Client.User.CreateBulk(s.Client.User.Create().SetName("lost").SetEmail(*u.Email)).
				OnConflict(sql.ConflictColumns("email")).UpdateNewValues().Exec(s.ctx)
		})},
		{name: "Overflow/Child", run: overflowOfAChild},
		{name: "Overflow/TimeVersion", run: overflowOfATimeVersion},
		{name: "Overflow/LargestVersionCanBeDeletedAndShadowed", run: largestVersionCanBeDeletedAndShadowed, left: forgets},
	}
}

// The counter is not immune: its docs say so.
func tokenIsImmuneToDeleteAndRecreate(s *Scene) {
	old := saved(s, s.Client.Document.Create().SetTitle("old"))
	done(s, s.Client.Document.DeleteOne(old))
	saved(s, s.Client.Document.Create().SetID(old.ID).SetTitle("new"))
	_, err := old.Update().SetTitle("lost").Save(s.ctx)
	s.conflict(err)
	s.conflict(old.Delete().Exec(s.ctx))
	got, err := s.Client.Document.Query().Where(document.ID(old.ID)).Only(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, "new", got.Title)
}

func timeIsImmuneToDeleteAndRecreate(s *Scene) {
	old := saved(s, s.Client.Event.Create().SetName("old"))
	done(s, old.Delete())
	for time.Now().UnixMicro() == old.Version { // The clock must have moved on.
	}
	insert := sql.Dialect(s.db.Dialect).Insert(event.Table).Columns("id", "name", "version").Values(old.ID, "new", time.Now().UnixMicro())
	s.exec(insert)
	_, err := old.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func tokensDiffer(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("0"))
	seen := map[uuid.UUID]bool{d.Version: true}
	for range 5 {
		d = saved(s, d.Update().SetTitle("n"))
		seen[d.Version] = true
	}
	assert.Len(s, seen, 6)
	assert.Equal(s, uuid.Version(4), d.Version.Version())
}

// noRandomness is a broken source of randomness.
type noRandomness struct{}

func (noRandomness) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

func tokenWithoutRandomnessIsRefused(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	id := uuid.New()
	uuid.SetRand(noRandomness{})
	defer uuid.SetRand(nil)
	s.Sent.Reset()

	_, err := d.Update().SetTitle("lost").Save(s.ctx)
	s.refused(err)
	err = s.Client.Document.UpdateOneID(d.ID).IgnoreVersion().SetTitle("lost").Exec(s.ctx)
	s.refused(err)
	err = s.Client.Document.Update().Where(document.ID(d.ID)).SetTitle("lost").Exec(s.ctx)
	s.refused(err)
	_, err = s.Client.Document.Create().SetID(id).SetTitle("lost").Save(s.ctx)
	s.refused(err)
	_, err = s.Client.Document.CreateBulk(s.Client.Document.Create().SetID(id).SetTitle("lost")).Save(s.ctx)
	s.refused(err)
	err = s.Client.Document.Create().SetID(d.ID).SetVersion(d.Version).SetTitle("lost").
		OnConflict(sql.ConflictColumns("id")).UpdateNewValues().Exec(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Writes())

	uuid.SetRand(nil)
	got, err := s.Client.Document.Get(s.ctx, d.ID)
	require.NoError(s, err)
	assert.Equal(s, d.Version, got.Version)
	assert.Equal(s, "before", got.Title)
}

func timeIsThatOfTheWrite(s *Scene) {
	before := time.Now().UnixMicro()
	e := saved(s, s.Client.Event.Create().SetName("before"))
	assert.GreaterOrEqual(s, e.Version, before)
	next := saved(s, e.Update().SetName("after"))
	assert.Greater(s, next.Version, e.Version)
	assert.LessOrEqual(s, next.Version, max(time.Now().UnixMicro(), e.Version+1))
}

const farFuture = int64(9_000_000_000_000_000) // The year 2255.

func timeRisesThoughTheClockIsBehind(s *Scene) {
	e := saved(s, s.Client.Event.Create().SetName("future").SetVersion(farFuture))
	e = saved(s, e.Update().SetName("saved"))
	assert.Equal(s, farFuture+1, e.Version)
	e = saved(s, s.Client.Event.UpdateOneID(e.ID).IgnoreVersion().SetName("saved"))
	assert.Equal(s, farFuture+2, e.Version)
}

func timeRisesInSetsThoughTheClockIsBehind(s *Scene) {
	e := saved(s, s.Client.Event.Create().SetName("future").SetVersion(farFuture))
	done(s, s.Client.Event.Update().Where(event.ID(e.ID)).SetName("set"))
	assert.Equal(s, farFuture+1, s.version(event.Table, e.ID))
}

func guardFieldOfTimeRises(s *Scene) {
	r := saved(s, s.Client.Reading.Create().SetValue(1))
	r, err := s.Client.Reading.Get(s.ctx, r.ID) // The column keeps microseconds.
	require.NoError(s, err)
	for i := range 5 {
		next := saved(s, r.Update().SetValue(float64(i)))
		assert.True(s, next.UpdatedAt.After(r.UpdatedAt), "%v after %v", next.UpdatedAt, r.UpdatedAt)
		_, err := r.Update().SetValue(-1).Save(s.ctx)
		s.conflict(err)
		r = next
	}
	_, err = s.Client.Reading.UpdateOneID(r.ID).IfVersion(r.UpdatedAt.Add(time.Microsecond)).SetValue(-1).Save(s.ctx)
	s.conflict(err)
	s.conflict(s.Client.Reading.DeleteOneID(r.ID).IfVersion(r.UpdatedAt.Add(-time.Microsecond)).Exec(s.ctx))
	done(s, r.Delete())
}

func guardFieldOfTimeRisesThoughTheClockIsBehind(s *Scene) {
	future := time.Date(2255, 1, 2, 3, 4, 5, 6000, time.UTC)
	r := saved(s, s.Client.Reading.Create().SetValue(1).SetUpdatedAt(future))
	r = saved(s, r.Update().SetValue(2))
	assert.True(s, r.UpdatedAt.Equal(future.Add(time.Microsecond)), "%v", r.UpdatedAt)
	err := s.Client.Reading.Update().Where(reading.ID(r.ID)).SetValue(3).Exec(s.ctx)
	if s.db.Dialect == dialect.SQLite { // SQLite can't add to a time: the write fails rather than go back.
		require.Error(s, err)
		return
	}
	require.NoError(s, err)
	got, err := s.Client.Reading.Get(s.ctx, r.ID)
	require.NoError(s, err)
	assert.True(s, got.UpdatedAt.Equal(future.Add(2*time.Microsecond)), "%v", got.UpdatedAt)
}

// overflowing makes a write meet a row at the largest version.
func overflowing(write func(*Scene, *ent.User) error) func(*Scene) {
	return func(s *Scene) {
		u := saved(s, s.Client.User.Create().SetName("before").SetEmail(s.key()).SetVersion(math.MaxInt64))
		s.refused(write(s, u))
		s.stored(u.ID, "before", math.MaxInt64)
		n, err := s.Client.User.QueryPets(u).Count(s.ctx)
		require.NoError(s, err)
		assert.Zero(s, n)
		s.isInteger("users", u.ID)
	}
}

// isInteger requires the version to still be an integer: F14.
func (s *Scene) isInteger(table string, id int) {
	s.Helper()
	if s.db.Dialect != dialect.SQLite {
		return
	}
	var kind string
	require.NoError(s, s.SQL.QueryRowContext(s.ctx, "SELECT typeof(version) FROM "+table+" WHERE id = ?", id).Scan(&kind))
	assert.Equal(s, "integer", kind)
}

func overflowOfAChild(s *Scene) {
	u := s.user("owner")
	p := saved(s, s.Client.Pet.Create().SetName("rex").SetVersion(math.MaxInt64))
	home := saved(s, s.Client.Shelter.Create().SetName("home"))
	for name, err := range map[string]error{
		"entity":  u.Update().AddPets(p).Exec(s.ctx),
		"set":     s.Client.User.Update().Where(byID(u.ID)).AddPets(p).Exec(s.ctx),
		"create":  s.Client.User.Create().SetName("new").AddPets(p).Exec(s.ctx),
		"shelter": home.Update().AddPets(p).Exec(s.ctx),
	} {
		assert.True(s, entocc.IsVersionError(err), "%s: %v", name, err)
	}
	assert.EqualValues(s, math.MaxInt64, s.version(pet.Table, p.ID))
	assert.EqualValues(s, 1, s.version("users", u.ID))
	assert.False(s, s.column(pet.Table, pet.FieldOwnerID, p.ID).Valid)
	s.isInteger(pet.Table, p.ID)
}

func overflowOfATimeVersion(s *Scene) {
	e := saved(s, s.Client.Event.Create().SetName("before").SetVersion(math.MaxInt64))
	_, err := e.Update().SetName("lost").Save(s.ctx)
	s.refused(err)
	s.refused(s.Client.Event.Update().Where(event.ID(e.ID)).SetName("lost").Exec(s.ctx))
	s.refused(s.Client.Event.UpdateOneID(e.ID).IgnoreVersion().SetName("lost").Exec(s.ctx))
	assert.EqualValues(s, math.MaxInt64, s.version(event.Table, e.ID))
	s.isInteger(event.Table, e.ID)
}

func largestVersionCanBeDeletedAndShadowed(s *Scene) {
	u := saved(s, s.Client.User.Create().SetName("before").SetVersion(math.MaxInt64))
	u = saved(s, u.Update().SetLastLogin(time.Now()))
	_, err := u.Update().SetName("shadow").Save(entocc.SkipIncrement(s.ctx))
	require.NoError(s, err)
	u = saved(s, u.Update())
	done(s, u.Delete())
}
