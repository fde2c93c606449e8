package suite

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kindListener is an API over one row.
type kindListener struct {
	*kindScene
	row entocc.Versioned
	url string
	// between runs in a request, after the load and before the write.
	between func()
}

func (l *kindListener) put(w http.ResponseWriter, r *http.Request) error {
	now, err := l.client.get(r.Context(), l.row)
	if err != nil {
		return err
	}
	l.between()
	saved, err := l.client.update(now, "mine").ifMatch(occhttp.IfMatch(r)).save(r.Context())
	if err != nil {
		return err
	}
	return occhttp.SetETag(w, saved)
}

func (l *kindListener) delete(_ http.ResponseWriter, r *http.Request) error {
	return l.client.removeID(l.row).ifMatch(occhttp.IfMatch(r)).exec(r.Context())
}

// refused requires both methods to be refused.
func (l *kindListener) refused(status int, ifMatch ...string) {
	l.Helper()
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		got, _ := request(l.ctx, l.T, method, l.url, ifMatch...)
		assert.Equal(l, status, got, "%s %q", method, ifMatch)
	}
}

// A version goes to a client of an API and back, as the tag of its row.
func entityTagsOfAKind(s *kindScene) {
	a, _, _ := s.row()
	other, _, _ := s.row()
	l := &kindListener{kindScene: s, row: a, between: func() {}}
	mux := http.NewServeMux()
	mux.Handle("PUT /", occhttp.Handler(l.put))
	mux.Handle("DELETE /", occhttp.Handler(l.delete))
	l.url = serve(s.T, mux).URL
	tagOf := func(of entocc.Versioned) string {
		tag, err := occhttp.Tag(of)
		require.NoError(s, err)
		return tag.String()
	}
	first := tagOf(a)
	tag := first
	for range 2 {
		status, next := request(s.ctx, s.T, http.MethodPut, l.url, tag)
		require.Equal(s, http.StatusOK, status)
		require.NotEqual(s, tag, next)
		assert.Equal(s, tagOf(s.load(a)), next, "the tag of the row that is stored")
		tag = next
	}
	l.refused(http.StatusPreconditionFailed, first)
	l.refused(http.StatusPreconditionFailed, tagOf(other))
	l.refused(http.StatusPreconditionFailed, strings.Replace(tag, s.Type, "Other", 1))
	l.refused(http.StatusPreconditionRequired)
	status, tag := request(s.ctx, s.T, http.MethodPut, l.url, first+", "+tag)
	assert.Equal(s, http.StatusOK, status, "any of a list")
	l.between = func() { _ = s.theirs(a, "theirs") }
	status, _ = request(s.ctx, s.T, http.MethodPut, l.url, tag)
	assert.Equal(s, http.StatusPreconditionFailed, status, "a commit after the load")
	s.is(a, "theirs")
	l.refused(http.StatusPreconditionFailed, tag)
	l.between = func() {}
	status, next := request(s.ctx, s.T, http.MethodPut, l.url, "*")
	assert.Equal(s, http.StatusOK, status)
	status, _ = request(s.ctx, s.T, http.MethodDelete, l.url, next)
	assert.Equal(s, http.StatusOK, status)
}

// softly is the hook that makes an update of a delete.
func (k Kind) softly(next entgo.Mutator) entgo.Mutator {
	return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
		if !m.Op().Is(entgo.OpDelete | entgo.OpDeleteOne) {
			return next.Mutate(ctx, m)
		}
		mx := m.(interface {
			SetOp(op entgo.Op)
			WhereP(ps ...func(*sql.Selector))
		})
		mx.WhereP(sql.FieldNEQ(k.Text, "deleted"))
		mx.SetOp(entgo.OpUpdate)
		if err := m.SetField(k.Text, "deleted"); err != nil {
			return nil, err
		}
		out := invoke(invoke(reflect.ValueOf(m), "Client")[0], "Mutate", ctx, m)
		return returned[entgo.Value](out)
	})
}

// A delete that a hook makes an update of is guarded as a delete, moves the version, and is one conflict.
func softDeletesOfAKind(s *kindScene) {
	tally := new(hook.Tally)
	c := s.open(tally.Hook(), s.softly)
	a, old, _ := s.row()
	a = s.save(c.update(a, "after"))
	s.saw(old, a, s.refuses(a, c.remove(old).exec(s.ctx)))
	s.saw(old, a, s.refuses(a, c.removeID(a).ifVersion(version(old)).exec(s.ctx)))
	assert.Equal(s, map[string]int64{s.Type: 2}, tally.Counts(), "one for each delete")
	s.unusable(c.removeID(a).exec(s.ctx))
	_, err := c.removeAll(isRow(a)).ifVersion(version(old)).count(s.ctx)
	_ = s.refuses(a, err)
	s.is(a, "after")

	require.NoError(s, c.remove(a).exec(s.ctx))
	s.is(a, "deleted")
	_ = s.refuses(a, s.client.update(a, "lost").exec(s.ctx))
	err = c.remove(s.load(a)).exec(s.ctx)
	require.Error(s, err, "nothing to delete")
	assert.False(s, entocc.IsRecordModified(err) && !asGone(err), "the row is out of sight: %v", err)

	a, old, _ = s.row()
	_ = s.save(s.client.update(a, "after"))
	require.NoError(s, s.open(hook.OnModified(hook.ClientWins()), s.softly).remove(old).exec(s.ctx))
	s.is(a, "deleted")
	b, old, _ := s.row()
	b = s.save(s.client.update(b, "after"))
	r := new(reporter)
	require.NoError(s, s.open(hook.Report(r.report), s.softly).remove(old).exec(s.ctx))
	s.reported(r, hook.Stale, old, b)
	s.is(b, "deleted")
}

func asGone(err error) bool {
	var modified *entocc.RecordModifiedError
	return errors.As(err, &modified) && modified.Deleted
}

// Observers see each conflict once. Hooks that read old values, set the version or replace the error change nothing else.
func hooksOfAKind(s *kindScene) {
	var (
		seen  []*entocc.RecordModifiedError
		log   bytes.Buffer
		tally hook.Tally
	)
	taken := errors.New("edited meanwhile")
	meddler := func(next entgo.Mutator) entgo.Mutator {
		return entgo.MutateFunc(func(ctx context.Context, m entgo.Mutation) (entgo.Value, error) {
			if m.Op().Is(entgo.OpUpdateOne) {
				_, err := m.OldField(ctx, s.Text)
				require.NoError(s, err)
				old, err := m.OldField(ctx, s.Version)
				require.NoError(s, err)
				require.NoError(s, m.SetField(s.Version, old))
			}
			v, err := next.Mutate(ctx, m)
			if entocc.IsRecordModified(err) {
				err = errors.Join(taken, err)
			}
			return v, err
		})
	}
	c := s.open(meddler, tally.Hook(), hook.Log(slog.New(slog.NewJSONHandler(&log, nil))),
		hook.Observe(func(_ context.Context, e *entocc.RecordModifiedError) { seen = append(seen, e) }))
	a, old, _ := s.row()
	a = s.save(c.update(a, "after"))
	assert.Empty(s, seen)
	for _, b := range []kindBuilder{
		c.update(old, "secret"),
		c.updateID(old, "secret").ifVersion(version(old)),
		c.remove(old),
	} {
		// A write may have the context of a query, as within an interceptor.
		err := b.exec(entgo.NewQueryContext(s.ctx, &entgo.QueryContext{Type: s.Type}))
		require.ErrorIs(s, err, taken)
		s.saw(old, a, s.refuses(a, err))
		require.Len(s, seen, 1)
		s.saw(old, a, seen[0])
		seen = nil
	}
	s.unusable(c.updateID(a, "lost").exec(s.ctx))
	assert.Equal(s, map[string]int64{s.Type: 3}, tally.Counts())
	assert.Equal(s, 3, strings.Count(log.String(), "\n"), "%s", log.String())
	assert.NotContains(s, log.String(), "secret")
	s.is(a, "after")
}
