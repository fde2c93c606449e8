package values_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/values/ent"
	blindfield "github.com/entocc/entocc/integration/values/ent/blind"
	"github.com/entocc/entocc/integration/values/ent/page"
)

func TestValues_StaleWriteIsRefused(t *testing.T) {
	each(t, func(s *scene) {
		id := s.page("before").ID
		a, b := s.load(id), s.load(id)
		a = s.saved(a.Update().SetTitle("theirs"))
		_, err := b.Update().SetTitle("mine").Save(s.ctx)
		assert.Equal(s, []string{"title"}, s.conflict(err))
		var modified *ent.PageModifiedError
		require.ErrorAs(s, err, &modified)
		assert.Equal(s, id, modified.ID)
		assert.Same(s, b, modified.Loaded)
		assert.Contains(s, err.Error(), "title is theirs")
		current, err := modified.Current(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, "theirs", current.Title)
		diffs, err := modified.Diff(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, "before", diffs[0].Base)
		for _, err := range []error{
			b.Update().SetTitle("mine").Exec(s.ctx), b.Delete().Exec(s.ctx), s.client.Page.DeleteOne(b).Exec(s.ctx),
			s.client.Page.UpdateOne(b).SetTitle("theirs").Exec(s.ctx), b.Update().SetTitle("mine").SetViews(3).Exec(s.ctx),
		} {
			assert.Contains(s, s.conflict(err), "title")
		}
		assert.Equal(s, "theirs", s.load(id).Title)
		for _, title := range []string{"1", "2", "2", "3"} {
			before := a
			a = s.saved(a.Update().SetTitle(title))
			if before.Title != title {
				s.conflict(before.Update().SetTitle("lost").Exec(s.ctx))
			}
		}
		require.NoError(s, a.Delete().Exec(s.ctx))
		for _, err := range []error{a.Delete().Exec(s.ctx), a.Update().SetTitle("gone").Exec(s.ctx)} {
			var gone *entocc.RecordModifiedError
			require.ErrorAs(s, err, &gone)
			assert.True(s, gone.Deleted)
			assert.True(s, ent.IsNotFound(err))
			assert.NotContains(s, err.Error(), "nil")
		}
	})
}

// Two writers who change different fields do not disturb each other. A delete compares the whole row that the caller saw.
func TestValues_OnlyWhatIsChangedIsCompared(t *testing.T) {
	each(t, func(s *scene) {
		id := s.page("before").ID
		a, b := s.load(id), s.load(id)
		s.saved(a.Update().SetViews(7))
		now := s.saved(b.Update().SetTitle("mine"))
		assert.Equal(s, 7, now.Views, "the current row")
		assert.Equal(s, []string{"title", "updated_at", "views"}, s.conflict(b.Delete().Exec(s.ctx)))
		s.saved(now.Update().AddViews(1))
		assert.Equal(s, []string{"views"}, s.conflict(now.Update().AddViews(1).Exec(s.ctx)))
		s.saved(now.Update().SetHits(9))
		s.saved(now.Update().SetHits(10))
		assert.Equal(s, 10, s.load(id).Hits, "what Ignore names is not compared")
		s.saved(now.Update())
		require.NoError(s, s.load(id).Delete().Exec(s.ctx))
	})
}

func TestValues_All(t *testing.T) {
	each(t, func(s *scene) {
		full := do[*ent.Full](s)(s.client.Full.Create().SetTitle("before").Save(s.ctx))
		read := do[*ent.Full](s)(s.client.Full.Get(s.ctx, full.ID))
		now := do[*ent.Full](s)(full.Update().SetNote("theirs").Save(s.ctx))
		for _, stale := range []*ent.Full{full, read} {
			assert.Contains(s, s.conflict(stale.Update().SetTitle("mine").Exec(s.ctx)), "note")
			assert.Contains(s, s.conflict(stale.Delete().Exec(s.ctx)), "note")
			assert.Contains(s, s.conflict(stale.Update().SetHits(1).Exec(s.ctx)), "note")
		}
		tag := do[*ent.Tag](s)(s.client.Tag.Create().SetName("t").Save(s.ctx))
		assert.Contains(s, s.conflict(read.Update().AddTags(tag).Exec(s.ctx)), "note")
		assert.Zero(s, tag.QueryFulls().CountX(s.ctx), "no edge is written by a stale save")
		s.raw("UPDATE fulls SET hits = 5 WHERE id = ?", full.ID)
		now = do[*ent.Full](s)(now.Update().AddTags(tag).Save(s.ctx))
		assert.Equal(s, 1, tag.QueryFulls().CountX(s.ctx))
		require.NoError(s, now.Delete().Exec(s.ctx))
	})
}

// Writers do not have to know about the guard.
func TestValues_EveryWriterCounts(t *testing.T) {
	each(t, func(s *scene) {
		for name, write := range map[string]func(id int){
			"SQL":       func(id int) { s.raw("UPDATE pages SET title = 'theirs' WHERE id = ?", id) },
			"set-based": func(id int) { s.other.Page.Update().Where(page.ID(id)).SetTitle("theirs").ExecX(s.ctx) },
			"ignoring":  func(id int) { s.other.Page.UpdateOneID(id).SetTitle("theirs").IgnoreValues().ExecX(s.ctx) },
		} {
			a := s.load(s.page("before").ID)
			write(a.ID)
			_, err := a.Update().SetTitle("lost").Save(s.ctx)
			assert.Equal(s, []string{"title"}, s.conflict(err), name)
			assert.Equal(s, "theirs", s.load(a.ID).Title, name)
		}
		blind := do[*ent.Blind](s)(s.client.Blind.Create().SetText("before").Save(s.ctx))
		s.other.Blind.Create().SetID(blind.ID).SetText("upsert").OnConflictColumns(blindfield.FieldID).UpdateNewValues().ExecX(s.ctx)
		assert.Equal(s, []string{"text"}, s.conflict(blind.Update().SetText("lost").Exec(s.ctx)))
	})
}

func TestValues_WritesByID(t *testing.T) {
	each(t, func(s *scene) {
		a := s.page("before")
		s.sent.Reset()
		s.refused(s.client.Page.UpdateOneID(a.ID).SetTitle("by ID").Exec(s.ctx), "IgnoreValues")
		s.refused(s.client.Page.DeleteOneID(a.ID).Exec(s.ctx), "IgnoreValues")
		assert.Empty(s, s.sent.Sent())
		s.saved(s.client.Page.UpdateOneID(a.ID).SetTitle("by ID").IgnoreValues())
		s.conflict(a.Update().SetTitle("lost").Exec(s.ctx))
		s.saved(a.Update().SetTitle("client wins").IgnoreValues())
		s.saved(s.client.Page.UpdateOneID(a.ID).SetTitle("skipped").SetViews(4).IfField(page.Title("client wins")))
		_, err := s.client.Page.UpdateOneID(a.ID).SetTitle("no").IfField(page.Title("client wins")).Save(s.ctx)
		var state *entocc.StateError
		require.ErrorAs(s, err, &state)
		require.NoError(s, a.Update().SetTitle("skip").Exec(entocc.SkipCheck(s.ctx)))
		require.NoError(s, s.client.Page.DeleteOneID(a.ID).IgnoreValues().Exec(s.ctx))
		assert.True(s, ent.IsNotFound(s.client.Page.DeleteOneID(a.ID).IgnoreValues().Exec(s.ctx)))

		blind := do[*ent.Blind](s)(s.client.Blind.Create().SetText("before").Save(s.ctx))
		require.NoError(s, s.client.Blind.UpdateOneID(blind.ID).SetText("blind").Exec(s.ctx))
		assert.Equal(s, []string{"text"}, s.conflict(blind.Update().SetText("lost").Exec(s.ctx)))
		require.NoError(s, s.client.Blind.DeleteOneID(blind.ID).Exec(s.ctx))
	})
}
