package values_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/integration/values/ent"
	"github.com/entocc/entocc/integration/values/ent/page"
	"github.com/entocc/entocc/occhttp"
)

// A save that sets what the row already has matches its row, although MySQL counts none. One that does not match the row is a conflict.
func TestValues_SaveThatChangesNothing(t *testing.T) {
	each(t, func(s *scene) {
		full := s.client.Full.Create().SetTitle("t").SaveX(s.ctx)
		a := s.load(s.page("t").ID)
		for range 2 {
			s.saved(a.Update().SetTitle("t").SetUpdatedAt(a.UpdatedAt))
			require.NoError(s, a.Update().SetTitle("t").SetUpdatedAt(a.UpdatedAt).Exec(s.ctx))
		}
		s.raw("UPDATE pages SET title = 'theirs'")
		assert.Equal(s, []string{"title"}, s.conflict(a.Update().SetTitle("theirs").SetUpdatedAt(a.UpdatedAt).Exec(s.ctx)))
		read := s.client.Full.GetX(s.ctx, full.ID)
		s.raw("UPDATE fulls SET note = 'theirs'")
		assert.Equal(s, []string{"note"}, s.conflict(read.Update().SetTitle("t").SetUpdatedAt(read.UpdatedAt).Exec(s.ctx)))
		assert.Equal(s, []string{"note"}, s.conflict(full.Update().SetTitle("t").SetUpdatedAt(read.UpdatedAt).Exec(s.ctx)))
		s.saved(a.Update())
		s.client.Page.DeleteOneID(a.ID).IgnoreValues().ExecX(s.ctx)
		_, err := a.Update().Save(s.ctx)
		assert.True(s, ent.IsNotFound(err), "%v", err)
	})
}

func TestValues_InTransactions(t *testing.T) {
	each(t, func(s *scene) {
		a := s.page("before")
		tx := do[*ent.Tx](s)(s.client.Tx(s.ctx))
		mine := tx.Page.UpdateOne(a).SetTitle("in tx").SaveX(s.ctx)
		mine = tx.Page.UpdateOne(mine).SetTitle("in tx, again").SaveX(s.ctx)
		s.conflict(tx.Page.UpdateOne(a).SetTitle("stale").Exec(s.ctx))
		require.NoError(s, tx.Rollback())
		s.conflict(s.client.Page.UpdateOne(mine).SetTitle("never was").Exec(s.ctx))
		s.saved(a.Update().SetTitle("after"))

		tx = do[*ent.Tx](s)(s.client.Tx(s.ctx))
		read, err := tx.Page.Get(s.ctx, a.ID)
		require.NoError(s, err)
		if s.conn.Traits.ReadsLock || s.conn.Traits.OneWriter || s.conn.Traits.Nodes {
			require.NoError(s, tx.Rollback())
			return
		}
		s.raw("UPDATE pages SET title = 'theirs' WHERE id = ?", a.ID)
		err = read.Update().SetTitle("lost").Exec(s.ctx)
		assert.True(s, ent.IsRecordModified(err), "%v", err)
		_ = tx.Rollback()
		assert.Equal(s, "theirs", s.load(a.ID).Title)
	})
}

// Writers that all want the same row: each save that returns is in the row.
func TestValues_NoUpdateIsLost(t *testing.T) {
	each(t, func(s *scene) {
		id := s.page("counted").ID
		full := s.client.Full.Create().SetTitle("counted").SaveX(s.ctx)
		const writers, times = 6, 8
		var wait sync.WaitGroup
		count := func(client *ent.Client) error {
			_, err := client.Page.Modify(s.ctx, id, func(p *ent.Page, u *ent.PageUpdateOne) error {
				u.SetViews(p.Views + 1)
				return nil
			}, entocc.Attempts(200))
			if err != nil {
				return err
			}
			return client.RetryTx(s.ctx, func(tx *ent.Tx) error {
				f, err := tx.Full.Get(s.ctx, full.ID)
				if err != nil {
					return err
				}
				return f.Update().SetHits(f.Hits + 1).SetNote(f.Note + ".").Exec(s.ctx)
			}, entocc.Attempts(200))
		}
		for i := range writers {
			client := []*ent.Client{s.client, s.other}[i%2]
			wait.Go(func() {
				for range times {
					if err := count(client); err != nil {
						assert.NoError(s, err)
						return
					}
				}
			})
		}
		wait.Wait()
		assert.Equal(s, writers*times, s.load(id).Views)
		f := s.client.Full.GetX(s.ctx, full.ID)
		assert.Equal(s, writers*times, f.Hits)
		assert.Len(s, f.Note, writers*times)
	})
}

// A conflict is not passed to resolvers, which save by a version. Report lets through what would be refused.
func TestValues_ResolversAndReports(t *testing.T) {
	on(t, "PostgreSQL, pgx", "READ COMMITTED", resolversAndReports)
	on(t, "MariaDB", "REPEATABLE READ", resolversAndReports)
	on(t, "SQLite, mattn, WAL", "deferred", resolversAndReports)
}

func resolversAndReports(s *scene) {
	for name, resolver := range map[string]hook.Resolver{"merge": hook.Merge(), "client wins": hook.ClientWins(), "store wins": hook.StoreWins()} {
		a := s.page("before")
		client := ent.NewClient(ent.Driver(s.sent))
		client.Page.Use(hook.OnModified(resolver))
		s.raw("UPDATE pages SET title = 'theirs'")
		_, err := client.Page.UpdateOne(a).SetTitle("mine").Save(s.ctx)
		s.conflict(err)
		s.conflict(client.Page.DeleteOne(client.Page.GetX(s.ctx, a.ID).Update().SetViews(1).SetTitle("x").SaveX(s.ctx)).Exec(s.saveX(a.ID)))
		assert.Equal(s, "x", s.load(a.ID).Title, name)
	}
	a := s.page("before")
	client := ent.NewClient(ent.Driver(s.sent))
	var kinds []hook.ReportKind
	client.Use(hook.Report(func(_ context.Context, r hook.Event) { kinds = append(kinds, r.Kind) }))
	s.raw("UPDATE pages SET title = 'theirs'")
	client.Page.UpdateOne(a).SetTitle("stale").ExecX(s.ctx)
	assert.Equal(s, "stale", s.load(a.ID).Title)
	client.Page.UpdateOneID(a.ID).SetTitle("by ID").ExecX(s.ctx)
	client.Page.UpdateOne(&ent.Page{ID: a.ID}).SetTitle("made").ExecX(s.ctx)
	read := s.load(a.ID)
	s.raw("UPDATE pages SET title = 'theirs'")
	client.Page.DeleteOne(read).ExecX(s.ctx)
	assert.Equal(s, []hook.ReportKind{hook.Stale, hook.Unguarded, hook.NotLoaded, hook.Stale}, kinds)
}

// saveX changes a row behind the caller's back.
func (s *scene) saveX(id int) context.Context {
	s.Helper()
	s.raw("UPDATE pages SET views = views + 1 WHERE id = ?", id)
	return s.ctx
}

func TestValues_ConflictOverHTTP(t *testing.T) {
	on(t, "SQLite, mattn, WAL", "deferred", func(s *scene) {
		a := s.load(s.client.Page.Create().SetTitle("before").SetSecret("s3cret").SaveX(s.ctx).ID)
		s.raw("UPDATE pages SET title = 'theirs', secret = 't0psecret'")
		err := a.Update().SetTitle("mine").SetSecret("mine").Exec(s.ctx)
		assert.Equal(s, []string{"secret", "title"}, s.conflict(err))
		for _, e := range []error{err, errors.Unwrap(err)} {
			assert.NotContains(s, e.Error(), "t0psecret")
			assert.Contains(s, e.Error(), "secret differs")
		}
		var seen *entocc.ValuesError
		require.ErrorAs(s, err, &seen)
		for _, f := range seen.Fields {
			assert.Equal(s, map[string]any{"title": "theirs", "secret": nil}[f.Name], f.Value)
		}
		assert.True(s, entocc.IsRetryable(err))
		w := httptest.NewRecorder()
		occhttp.WriteError(w, httptest.NewRequest(http.MethodPut, "/pages/1", nil), err)
		assert.Equal(s, http.StatusConflict, w.Code)
		assert.NotContains(s, w.Body.String(), "t0psecret")
		assert.Equal(s, 1, s.client.Page.Query().Where(page.Title("theirs")).CountX(s.ctx))
	})
}

// A row that others change and change back while entocc asks why it did not match is never reported as written if it was not.
func TestValues_RowThatComesBackWhileItIsExplained(t *testing.T) {
	each(t, func(s *scene) {
		locks := s.conn.Dialect == dialect.MySQL && s.conn.Isolation >= sql.LevelRepeatableRead && !s.conn.Traits.Nodes
		if s.conn.Traits.BeginLocks || locks {
			return // Nobody else can write once the transaction has begun, or the UPDATE has looked at the row.
		}
		for name, set := range map[string]func(*ent.PageUpdateOne){
			"title": func(u *ent.PageUpdateOne) { u.SetTitle("mine") },
			"both":  func(u *ent.PageUpdateOne) { u.SetTitle("mine").SetViews(1) },
		} {
			a := s.load(s.page("before").ID)
			s.raw("UPDATE pages SET title = 'theirs' WHERE id = ?", a.ID)
			s.sent.Then("SELECT", 1, func() { s.raw("UPDATE pages SET title = 'before' WHERE id = ?", a.ID) })
			u := a.Update()
			set(u)
			err := u.Exec(s.ctx)
			s.sent.Then("", 0, nil)
			if err != nil {
				assert.True(s, entocc.IsRetryable(err), "%v", err)
			}
			assert.Equal(s, err == nil, s.load(a.ID).Title == "mine", "%s: %v", name, err)
		}
		a := s.load(s.page("before").ID)
		s.raw("UPDATE pages SET views = 5 WHERE id = ?", a.ID)
		s.sent.Then("SELECT", 1, func() { s.raw("UPDATE pages SET views = 0 WHERE id = ?", a.ID) })
		err := a.Delete().Exec(s.ctx)
		s.sent.Then("", 0, nil)
		assert.Equal(s, err == nil, ent.IsNotFound(s.gone(a.ID)), "%v", err)
	})
}

// gone reads a page.
func (s *scene) gone(id int) error {
	_, err := s.client.Page.Get(s.ctx, id)
	return err
}
