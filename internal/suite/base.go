package suite

import (
	"bytes"
	"encoding/gob"
	"image"
	"math/big"
	"slices"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/parcel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What merges and diffs compare with.
func baseScenarios() []scenario {
	return []scenario{
		{name: "Base/IsWhatTheClientStated", run: baseIsWhatTheClientStated},
		{name: "Base/OfAStatedVersionThatWasLoaded", run: baseOfAStatedVersionThatWasLoaded},
		{name: "Base/IsWhatWasReadThoughTheEntityWasEdited", run: baseIsWhatWasRead},
		{name: "Base/OfWhatASaveReturned", run: baseOfWhatASaveReturned},
		{name: "Base/OfAnEagerLoadedEntity", run: baseOfAnEagerLoadedEntity},
		{name: "Base/IsNoneForAnOverwrittenVersion", run: baseIsNoneForAnOverwrittenVersion},
		{name: "Base/IsNoneWithoutALoadedRow", run: baseIsNoneWithoutALoadedRow},
		{name: "Base/IsNoneForColumnsThatWereNotSelected", run: baseIsNoneForColumnsNotSelected},
		{name: "Base/FormOfEveryFieldMerges", run: formOfEveryFieldMerges},
		{name: "Base/LoopByDiffLosesNothing", run: loopByDiffLosesNothing},
		{name: "Base/TheirsIsWhatWasRead", run: theirsIsWhatWasRead},
		{name: "Base/SharedBytesAreNotCompared", run: sharedBytesAreNotCompared},
	}
}

// parcel creates a Parcel with a value in every field.
func (s *Scene) parcel() *ent.Parcel {
	s.Helper()
	return saved(s, s.Other.Parcel.Create().SetTitle("title").SetUpdatedAt(time.Unix(1e9, 0)).SetNote("note").SetPriority(1).SetDue(time.Unix(1e9, 0)).
		SetSecret("secret").SetLabels([]string{"a", "b"}).SetMeta(map[string]string{"k": "v"}).SetSize(&image.Point{X: 1, Y: 2}).
		SetSeal([]byte("seal")).SetRoute(uuid.New()).SetWorth(big.NewInt(100)))
}

// twoParcels creates a Parcel and has two editors load it.
func (s *Scene) twoParcels() (ann, bob *ent.Parcel) {
	s.Helper()
	id := s.parcel().ID
	s.catchUp()
	return s.loadParcel(id), s.loadParcel(id)
}

func (s *Scene) loadParcel(id int) *ent.Parcel {
	s.Helper()
	p, err := s.Client.Parcel.Get(s.ctx, id)
	require.NoError(s, err)
	return p
}

// clash requires err to be a merge error that lists these fields.
func (s *Scene) clash(err error, names ...string) {
	s.Helper()
	var merge *entocc.MergeError
	require.ErrorAs(s, err, &merge)
	var got []string
	for _, d := range merge.Clashes {
		got = append(got, d.Name)
	}
	assert.Equal(s, names, got)
	s.conflict(err)
}

func baseIsWhatTheClientStated(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge(), hook.WithIfMatch()))
	ann, _ := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann"))
	u := s.loadParcel(ann.ID) // The handler loads and authorizes: version 2.
	for _, up := range []*ent.ParcelUpdateOne{
		u.Update().IfVersion(1), u.Update().IfVersionIn(1, 0), u.Update().IfMatch(accepts{int64(1)}),
		s.Client.Parcel.UpdateOneID(u.ID).IfVersion(1),
	} {
		err := up.SetTitle("bob").Exec(s.ctx)
		s.clash(err, "title")
		var modified *ent.ParcelModifiedError
		require.ErrorAs(s, err, &modified)
		for _, d := range modified.DiffTo(u) {
			assert.False(s, d.HasBase && d.Change != entocc.ChangeNone, d.Name)
		}
	}
	assert.Equal(s, "ann", s.loadParcel(u.ID).Title)
}

func baseOfAStatedVersionThatWasLoaded(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge(), hook.WithIfMatch()))
	ann, bob := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann"))
	p := saved(s, bob.Update().IfVersion(1).SetTitle(bob.Title).SetPriority(2))
	assert.Equal(s, "ann", p.Title)
	p = saved(s, bob.Update().IfMatch(accepts{int64(1)}).SetTitle(bob.Title).SetPriority(1).SetNote("mine"))
	assert.Equal(s, "ann", p.Title)
	assert.Equal(s, 2, p.Priority, "the value that was loaded: no change")
	assert.EqualValues(s, 4, p.Version)
}

// edits are ways to change a field of an entity in place and save the entity with it.
var edits = []struct {
	field string
	ann   func(*ent.ParcelUpdateOne)
	bob   func(*ent.Parcel, *ent.ParcelUpdateOne)
}{
	{"title", func(up *ent.ParcelUpdateOne) { up.SetTitle("ann") }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Title = "bob"
		up.SetTitle(p.Title)
	}},
	{"note", func(up *ent.ParcelUpdateOne) { up.SetNote("ann") }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		*p.Note = "bob"
		up.SetNillableNote(p.Note)
	}},
	{"note", func(up *ent.ParcelUpdateOne) { up.SetNote("ann") }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Note = nil
		up.ClearNote()
	}},
	{"due", func(up *ent.ParcelUpdateOne) { up.SetDue(time.Unix(2e9, 0)) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Due = time.Unix(15e8, 0)
		up.SetDue(p.Due)
	}},
	{"secret", func(up *ent.ParcelUpdateOne) { up.SetSecret("ann") }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Secret = "bob"
		up.SetSecret(p.Secret)
	}},
	{"labels", func(up *ent.ParcelUpdateOne) { up.SetLabels([]string{"ann"}) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Labels[0] = "bob"
		up.SetLabels(p.Labels)
	}},
	{"labels", func(up *ent.ParcelUpdateOne) { up.AppendLabels([]string{"ann"}) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Labels = slices.Delete(p.Labels, 0, 1)
		up.SetLabels(p.Labels)
	}},
	{"meta", func(up *ent.ParcelUpdateOne) { up.SetMeta(map[string]string{"k": "ann"}) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Meta["k"] = "bob"
		up.SetMeta(p.Meta)
	}},
	{"size", func(up *ent.ParcelUpdateOne) { up.SetSize(&image.Point{X: 9}) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Size.X = 7
		up.SetSize(p.Size)
	}},
	{"seal", func(up *ent.ParcelUpdateOne) { up.SetSeal([]byte("ann")) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Seal[0] = 'b'
		up.SetSeal(bytes.Clone(p.Seal))
	}},
	{"route", func(up *ent.ParcelUpdateOne) { up.SetRoute(uuid.New()) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Route[3]++
		up.SetRoute(*p.Route)
	}},
	{"worth", func(up *ent.ParcelUpdateOne) { up.SetWorth(big.NewInt(101)) }, func(p *ent.Parcel, up *ent.ParcelUpdateOne) {
		p.Worth.Add(p.Worth, big.NewInt(5))
		up.SetWorth(p.Worth)
	}},
}

func baseIsWhatWasRead(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge()))
	for _, edit := range edits {
		ann, bob := s.twoParcels()
		other := s.loadParcel(bob.ID)
		up := ann.Update()
		edit.ann(up)
		before := saved(s, up)
		up = bob.Update().SetPriority(2)
		edit.bob(bob, up)
		s.clash(up.Exec(s.ctx), edit.field)
		after := s.loadParcel(bob.ID)
		assert.Equal(s, before.String(), after.String(), "%s: nothing is written", edit.field)

		up = other.Update().SetPriority(3) // Nobody has changed it again.
		assert.Equal(s, 3, saved(s, up).Priority)
		edit.bob(bob, up)
	}
	for _, edit := range edits { // What only Bob changed stays his.
		ann, bob := s.twoParcels()
		saved(s, ann.Update().SetPriority(5))
		up := bob.Update()
		edit.bob(bob, up)
		if edit.field == "seal" || edit.field == "worth" {
			s.clash(up.Exec(s.ctx), edit.field) // In-place edits look like what was read.
			continue
		}
		p := saved(s, up)
		assert.Equal(s, 5, p.Priority, edit.field)
		assert.EqualValues(s, 3, p.Version)
		bob.Priority, bob.Version, bob.UpdatedAt = p.Priority, p.Version, p.UpdatedAt
		assert.Equal(s, bob.Title+bob.Secret, p.Title+p.Secret)
		assert.Equal(s, bob.Labels, p.Labels)
		assert.Equal(s, bob.Meta, p.Meta)
		assert.Equal(s, bob.Size, p.Size)
		assert.Equal(s, bob.Note, p.Note)
		assert.Equal(s, bob.Route, p.Route)
		assert.True(s, bob.Due.Equal(p.Due))
	}
}

func baseOfWhatASaveReturned(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge()))
	ann, bob := s.twoParcels()
	bob = saved(s, bob.Update().SetTitle("first"))
	s.catchUp()
	ann = s.loadParcel(ann.ID)
	saved(s, ann.Update().SetTitle("ann").SetMeta(map[string]string{"k": "ann"}))
	p := saved(s, bob.Update().SetTitle("first").SetPriority(2))
	assert.Equal(s, "ann", p.Title, "unchanged by Bob")
	bob.Title, bob.Meta["k"] = "second", "bob"
	s.clash(bob.Update().SetTitle(bob.Title).SetMeta(bob.Meta).Exec(s.ctx), "title", "meta")
}

func baseOfAnEagerLoadedEntity(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	u, friend := s.user("u"), s.user("friend")
	u = saved(s, u.Update().AddFriends(friend))
	u, err := s.Client.User.Query().Where(byID(u.ID)).WithFriends().Only(s.ctx)
	require.NoError(s, err)
	b := u.Edges.Friends[0]
	saved(s, s.load(friend.ID).Update().SetName("ann"))
	got := saved(s, b.Update().SetName(b.Name).SetAge(3))
	assert.Equal(s, "ann", got.Name)
	b.Name = "bob"
	err = b.Update().SetName(b.Name).Exec(s.ctx)
	s.clash(err, "name")
}

func baseIsNoneForAnOverwrittenVersion(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge()))
	ann, bob := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann"))
	p := s.loadParcel(bob.ID)
	p.Title, p.Version = bob.Title, bob.Version // A form with an old version is decoded into the loaded entity.
	s.clash(p.Update().SetTitle(p.Title).Exec(s.ctx), "title")
	assert.Equal(s, "ann", s.loadParcel(bob.ID).Title)
}

func baseIsNoneWithoutALoadedRow(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge("priority")))
	created := saved(s, s.Client.Parcel.Create().SetTitle("title"))
	var stale []*ent.Parcel // A created entity knows what was set.
	var sent bytes.Buffer
	require.NoError(s, gob.NewEncoder(&sent).Encode(struct {
		ID      int
		Version int64
		Title   string
	}{created.ID, created.Version, created.Title}))
	received := new(ent.Parcel)
	require.NoError(s, gob.NewDecoder(&sent).Decode(received))
	stale = append(stale, received)
	var scanned []struct {
		ID      int
		Version int64
		Title   string
	}
	require.NoError(s, s.Client.Parcel.Query().Where(parcel.ID(created.ID)).Select(parcel.FieldID, parcel.FieldVersion, parcel.FieldTitle).Scan(s.ctx, &scanned))
	stale = append(stale, &ent.Parcel{ID: scanned[0].ID, Version: scanned[0].Version, Title: scanned[0].Title})
	batch, err := s.Client.Parcel.UpdateBulk(s.parcel().Update().SetTitle("title"), s.parcel().Update().SetTitle("title")).Save(s.ctx)
	require.NoError(s, err)
	stale = append(stale, batch[0])
	for _, p := range stale {
		saved(s, s.Other.Parcel.UpdateOneID(p.ID).IgnoreVersion().SetTitle("ann"))
		s.catchUp()
		p.Title = "bob"
		s.clash(s.Client.Parcel.UpdateOne(p).SetTitle(p.Title).Exec(s.ctx), "title", "priority")
		s.clash(s.Client.Parcel.UpdateOne(p).AddPriority(1).SetTitle("title").Exec(s.ctx), "title", "priority")
		assert.Equal(s, "ann", s.loadParcel(p.ID).Title)
	}
}

func baseIsNoneForColumnsNotSelected(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge()))
	ann, bob := s.twoParcels()
	p, err := s.Client.Parcel.Query().Where(parcel.ID(bob.ID)).Select(parcel.FieldID, parcel.FieldVersion, parcel.FieldTitle).Only(s.ctx)
	require.NoError(s, err)
	saved(s, ann.Update().SetPriority(7).SetTitle("ann"))
	s.clash(p.Update().SetTitle(p.Title).SetPriority(0).Exec(s.ctx), "priority") // 0 is what the entity holds.
	assert.Equal(s, "ann", saved(s, p.Update().SetTitle(p.Title).SetPriority(7).SetNote("note")).Title)
}

func formOfEveryFieldMerges(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge("priority")))
	ann, bob := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann").SetMeta(map[string]string{"k": "ann"}).SetDue(time.Unix(2e9, 0)).AppendLabels([]string{"c"}).SetSecret("ann"))
	p := saved(s, bob.Update().SetTitle(bob.Title).SetNillableNote(bob.Note).SetPriority(bob.Priority).SetDue(bob.Due.In(time.FixedZone("", 3600))).
		SetSecret(bob.Secret).SetLabels(bob.Labels).SetMeta(map[string]string{"k": "v"}).SetSize(&image.Point{X: 3}).SetSeal(bob.Seal).
		SetRoute(*bob.Route).SetWorth(bob.Worth))
	assert.Equal(s, "ann", p.Title+p.Meta["x"])
	assert.Equal(s, "ann", p.Meta["k"])
	assert.Equal(s, "ann", p.Secret)
	assert.True(s, time.Unix(2e9, 0).Equal(p.Due))
	assert.Equal(s, []string{"a", "b", "c"}, p.Labels)
	assert.Equal(s, image.Point{X: 3}, *p.Size, "what Bob has changed")
	assert.EqualValues(s, 3, p.Version)
}

func loopByDiffLosesNothing(s *Scene) {
	for _, edit := range edits {
		ann, bob := s.twoParcels()
		up := ann.Update()
		edit.ann(up)
		before := saved(s, up)
		up = bob.Update()
		edit.bob(bob, up)
		var modified *ent.ParcelModifiedError
		require.ErrorAs(s, up.Exec(s.ctx), &modified)
		current, err := modified.Current(s.ctx)
		require.NoError(s, err)
		var clashes []string
		for _, d := range modified.DiffTo(current) {
			if d.Clashes() {
				clashes = append(clashes, d.Name)
			}
		}
		assert.Equal(s, []string{edit.field}, clashes)
		assert.EqualValues(s, before.Version, s.loadParcel(bob.ID).Version)
	}
}

func theirsIsWhatWasRead(s *Scene) {
	ann, bob := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann"))
	var modified *ent.ParcelModifiedError
	require.ErrorAs(s, bob.Update().SetTitle("bob").Exec(s.ctx), &modified)
	current, err := modified.Current(s.ctx)
	require.NoError(s, err)
	current.Title = bob.Title // Somebody copies the form into the current row.
	diffs := modified.DiffTo(current)
	require.NotEmpty(s, diffs)
	i := slices.IndexFunc(diffs, func(d entocc.FieldDiff) bool { return d.Name == "title" })
	require.GreaterOrEqual(s, i, 0)
	assert.Equal(s, []any{"title", "bob", "ann"}, []any{diffs[i].Base, diffs[i].Mine, diffs[i].Theirs})
	assert.True(s, diffs[i].Clashes())
	for _, d := range modified.DiffTo(nil) {
		assert.True(s, d.Change == entocc.ChangeNone || d.Computed || d.Clashes(), "%s: what can't be seen", d.Name)
	}
}

func sharedBytesAreNotCompared(s *Scene) {
	s.Client.Parcel.Use(hook.OnModified(hook.Merge()))
	ann, bob := s.twoParcels()
	saved(s, ann.Update().SetTitle("ann"))
	p := saved(s, bob.Update().SetSeal(bob.Seal).SetWorth(bob.Worth).SetPriority(2))
	assert.Equal(s, "ann", p.Title, "the other writer's title stays")
	saved(s, s.loadParcel(bob.ID).Update().SetSeal([]byte("ann")))
	s.clash(bob.Update().SetSeal(bob.Seal).Exec(s.ctx), "seal")
}

// accepts is a condition that accepts versions.
type accepts []any

func (a accepts) Accept(entocc.VersionKey) entocc.Accepted { return entocc.Accepted{Versions: a} }

func (accepts) String() string { return "If-Match" }
