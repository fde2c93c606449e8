package values_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/values/ent"
)

// kind is a kind of field. The row has from at first, or NULL for nil, and others write to.
type kind struct {
	name     string
	from, to func(*ent.PageMutation)
	// empty reports that NULL and an empty blob are all that from and to differ in.
	empty bool
}

// holds makes a mutation write the row's first value.
func (k kind) holds(m *ent.PageMutation) {
	if k.from != nil {
		k.from(m)
	} else if err := m.ClearField(k.name); err != nil {
		panic(err)
	}
}

func kinds() []kind {
	id, other := uuid.New(), uuid.New()
	at := time.Date(2024, 2, 29, 23, 59, 59, 987654321, time.FixedZone("", 5*3600))
	now := time.Now()
	long := strings.Repeat("lörem ", 50_000)
	return []kind{
		{"title", func(m *ent.PageMutation) { m.SetTitle("a") }, func(m *ent.PageMutation) { m.SetTitle("A") }, false},
		{"title", func(m *ent.PageMutation) { m.SetTitle("a") }, func(m *ent.PageMutation) { m.SetTitle("a ") }, false},
		{"title", func(m *ent.PageMutation) { m.SetTitle("e") }, func(m *ent.PageMutation) { m.SetTitle("é") }, false},
		{"title", func(m *ent.PageMutation) { m.SetTitle(`it's \ "q" ? $1 日本 😀`) }, func(m *ent.PageMutation) { m.SetTitle("x") }, false},
		{"body", func(m *ent.PageMutation) { m.SetBody(long) }, func(m *ent.PageMutation) { m.SetBody(long + ".") }, false},
		{"body", func(m *ent.PageMutation) { m.SetBody("") }, func(m *ent.PageMutation) { m.ClearBody() }, false},
		{"body", nil, func(m *ent.PageMutation) { m.SetBody("") }, false},
		{"note", nil, func(m *ent.PageMutation) { m.SetNote("") }, false},
		{"note", func(m *ent.PageMutation) { m.SetNote("") }, func(m *ent.PageMutation) { m.ClearNote() }, false},
		{"secret", func(m *ent.PageMutation) { m.SetSecret("s3cret") }, func(m *ent.PageMutation) { m.SetSecret("t0psecret") }, false},
		{"views", func(m *ent.PageMutation) { m.SetViews(-1) }, func(m *ent.PageMutation) { m.SetViews(math.MaxInt32) }, false},
		{"ratio", func(m *ent.PageMutation) { m.SetRatio(0.1) }, func(m *ent.PageMutation) { m.SetRatio(math.Nextafter(0.1, 1)) }, false},
		{"ratio", func(m *ent.PageMutation) { m.SetRatio(1.0 / 3) }, func(m *ent.PageMutation) { m.ClearRatio() }, false},
		{"ratio", func(m *ent.PageMutation) { m.SetRatio(1e300) }, func(m *ent.PageMutation) { m.SetRatio(-1e-300) }, false},
		{"small", func(m *ent.PageMutation) { m.SetSmall(0.1) }, func(m *ent.PageMutation) { m.SetSmall(math.Nextafter32(0.1, 1)) }, false},
		{"small", func(m *ent.PageMutation) { m.SetSmall(16777217) }, func(m *ent.PageMutation) { m.SetSmall(3.4e38) }, false},
		{"open", func(m *ent.PageMutation) { m.SetOpen(false) }, func(m *ent.PageMutation) { m.SetOpen(true) }, false},
		{"state", func(m *ent.PageMutation) { m.SetState("draft") }, func(m *ent.PageMutation) { m.SetState("published") }, false},
		{"token", func(m *ent.PageMutation) { m.SetToken(id) }, func(m *ent.PageMutation) { m.SetToken(other) }, false},
		{"token", nil, func(m *ent.PageMutation) { m.SetToken(id) }, false},
		{"token", func(m *ent.PageMutation) { m.SetToken(id) }, func(m *ent.PageMutation) { m.ClearToken() }, false},
		{"ref", func(m *ent.PageMutation) { m.SetRef(id) }, func(m *ent.PageMutation) { m.ClearRef() }, false},
		{"ref", nil, func(m *ent.PageMutation) { m.SetRef(uuid.Nil) }, false},
		{"published_at", func(m *ent.PageMutation) { m.SetPublishedAt(at) }, func(m *ent.PageMutation) { m.SetPublishedAt(at.Add(time.Second)) }, false},
		{"published_at", func(m *ent.PageMutation) { m.SetPublishedAt(now) }, func(m *ent.PageMutation) { m.ClearPublishedAt() }, false},
		{"read_at", func(m *ent.PageMutation) { m.SetReadAt(at) }, func(m *ent.PageMutation) { m.SetReadAt(at.Add(2 * time.Microsecond)) }, false},
		{"read_at", func(m *ent.PageMutation) { m.SetReadAt(at.UTC()) }, func(m *ent.PageMutation) { m.SetReadAt(at.Add(-time.Hour)) }, false},
		{"read_at", nil, func(m *ent.PageMutation) { m.SetReadAt(at) }, false},
		{"blob", func(m *ent.PageMutation) { m.SetBlob([]byte{0, 1, 255, '\\'}) }, func(m *ent.PageMutation) { m.SetBlob([]byte{0, 1, 255}) }, false},
		{"blob", func(m *ent.PageMutation) { m.SetBlob([]byte("a")) }, func(m *ent.PageMutation) { m.SetBlob([]byte("A")) }, false},
		{"blob", func(m *ent.PageMutation) { m.SetBlob([]byte{}) }, func(m *ent.PageMutation) { m.ClearBlob() }, true},
		{"blob", nil, func(m *ent.PageMutation) { m.SetBlob([]byte{}) }, true},
		{"labels", func(m *ent.PageMutation) { m.SetLabels([]string{"a", "b"}) }, func(m *ent.PageMutation) { m.SetLabels([]string{"A", "b"}) }, false},
		{"labels", func(m *ent.PageMutation) { m.SetLabels(nil) }, func(m *ent.PageMutation) { m.SetLabels([]string{}) }, false},
		{"labels", nil, func(m *ent.PageMutation) { m.AppendLabels([]string{"a"}) }, false},
		{"settings", func(m *ent.PageMutation) {
			m.SetSettings(map[string]any{"n": 1.5, "é": "<&>", "deep": []any{nil, true}})
		}, func(m *ent.PageMutation) { m.SetSettings(map[string]any{"n": 1.5}) }, false},
		{"rank", func(m *ent.PageMutation) { m.SetRank("1") }, func(m *ent.PageMutation) { m.SetRank("2") }, false},
	}
}

// A save that sets a field is refused if others have changed the field, and goes through if they have not, whether its
// entity was created, read or saved.
func TestValues_EachKindOfField(t *testing.T) {
	each(t, func(s *scene) {
		for i, k := range kinds() {
			name := fmt.Sprint(i, " ", k.name)
			create := s.client.Page.Create().SetTitle("before")
			if k.from != nil {
				k.from(create.Mutation())
			}
			created, err := create.Save(s.ctx)
			require.NoError(s, err, name)
			blank := created.Update().SetViews(created.Views)
			k.holds(blank.Mutation())
			read := s.load(created.ID)
			_, err = blank.Save(s.ctx)
			require.NoError(s, err, "%s: created, and as it was", name)
			saved := created
			for range 2 {
				again := read.Update()
				k.holds(again.Mutation())
				saved, err = again.Save(s.ctx)
				require.NoError(s, err, "%s: read, and as it was", name)
			}
			theirs := s.other.Page.UpdateOneID(created.ID).IgnoreValues()
			k.to(theirs.Mutation())
			require.NoError(s, theirs.Exec(s.ctx), name)
			stales := map[string]*ent.Page{"created": created, "read": read, "saved": saved}
			if k.empty && strings.Contains(s.conn.Name, "modernc") { // To its reader, nothing has changed: it reads both as nil.
				stales = map[string]*ent.Page{"created": created}
			}
			for from, stale := range stales {
				mine := stale.Update()
				k.to(mine.Mutation())
				_, err := mine.Save(s.ctx)
				assert.Equal(s, []string{k.name}, s.conflict(err), "%s: %s", name, from)
				assert.NotContains(s, err.Error(), "t0psecret")
			}
			mine := s.load(created.ID).Update()
			k.holds(mine.Mutation())
			require.NoError(s, mine.Exec(s.ctx), "%s: read again", name)
			back := created.Update()
			k.to(back.Mutation())
			require.NoError(s, back.Exec(s.ctx), "%s: changed and changed back is not seen", name)
		}
	})
}

// modernc's driver reads an empty blob as NULL. A program that has read either can save what it has read, and notices other changes.
func TestValues_EmptyBlobThatTheDriverReadsAsNull(t *testing.T) {
	on(t, "SQLite, modernc, WAL", "deferred", func(s *scene) {
		a := s.client.Page.Create().SetTitle("t").SetBlob([]byte{}).SaveX(s.ctx)
		read := s.load(a.ID)
		assert.Nil(s, read.Blob)
		s.raw("UPDATE pages SET title = 'theirs' WHERE id = ?", a.ID)
		assert.Equal(s, []string{"title"}, s.conflict(read.Update().SetTitle("mine").SetBlob([]byte("mine")).Exec(s.ctx)))
		assert.Equal(s, []string{"title"}, s.conflict(read.Delete().Exec(s.ctx)))
		read = s.load(a.ID)
		now := s.saved(read.Update().SetBlob([]byte("mine")))
		assert.Equal(s, []string{"blob"}, s.conflict(read.Update().SetBlob([]byte("lost")).Exec(s.ctx)))
		s.saved(now.Update().SetBlob([]byte{}))
		tx := do[*ent.Tx](s)(s.client.Tx(s.ctx))
		require.NoError(s, tx.Page.UpdateOne(s.load(a.ID)).SetBlob([]byte{}).Exec(s.ctx))
		require.NoError(s, tx.Page.DeleteOne(tx.Page.GetX(s.ctx, a.ID)).Exec(s.ctx))
		require.NoError(s, tx.Commit())
	})
}

// Values that Go can't tell apart count as what the caller saw.
func TestValues_NullThatAnEntityHoldsAsAZeroUUID(t *testing.T) {
	each(t, func(s *scene) {
		a := s.page("before")
		s.saved(s.load(a.ID).Update().SetToken(uuid.New()))
		s.raw("UPDATE pages SET token = NULL WHERE id = ?", a.ID)
		read := s.load(a.ID)
		assert.Equal(s, uuid.Nil, read.Token)
		s.saved(read.Update().SetToken(uuid.New()))
		assert.Equal(s, []string{"token"}, s.conflict(read.Update().SetToken(uuid.New()).Exec(s.ctx)))
	})
}

// Columns with types from the schema are compared by what the database makes of them.
func TestValues_TypesOfTheSchemasOwn(t *testing.T) {
	each(t, func(s *scene) {
		at := time.Date(2024, 2, 29, 23, 59, 59, 987654321, time.UTC)
		create := s.client.Typed.Create().SetName("ab").SetPrice("1.5").SetDoc(map[string]any{"b": 1, "a": "x"}).
			SetDay(at.Truncate(24 * time.Hour)).SetAt(at).SetRaw([]byte("ab")).SetTiny(7).SetMoney(12.34)
		if s.conn.Dialect == dialect.Postgres {
			create.SetBox("(1,1),(0,0)")
		}
		created := do[*ent.Typed](s)(create.Save(s.ctx))
		read := do[*ent.Typed](s)(s.client.Typed.Get(s.ctx, created.ID))
		saved := do[*ent.Typed](s)(read.Update().SetTiny(8).Save(s.ctx))
		saved = do[*ent.Typed](s)(saved.Update().SetTiny(7).Save(s.ctx))
		do[*ent.Typed](s)(created.Update().SetTiny(7).Save(s.ctx))
		changes := map[string]string{
			"name": "'AB'", "price": "1.5001", "doc": `'{"b": 2, "a": "x"}'`, "day": "'2024-03-01'", "at": "'2024-02-29 23:59:59.123'", "tiny": "9", "money": "12.35",
		}
		switch s.conn.Dialect {
		case dialect.Postgres:
			changes["box"] = "'(2,1),(1,0)'" // of the same area: = compares only that
			changes["raw"] = "'AB'"
		case dialect.MySQL:
			changes["raw"] = "'AB'"
		}
		for column, value := range changes {
			s.raw("UPDATE typeds SET " + column + " = " + value)
			for _, stale := range []*ent.Typed{created, read, saved} {
				assert.Equal(s, []string{column}, s.conflict(stale.Update().SetTiny(7).Exec(s.ctx)), column)
			}
			saved = do[*ent.Typed](s)(s.client.Typed.Get(s.ctx, created.ID))
			created, read = saved, saved
			do[*ent.Typed](s)(saved.Update().SetTiny(saved.Tiny).Save(s.ctx))
		}
		require.NoError(s, saved.Delete().Exec(s.ctx))
	})
}
