package values_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/values/ent"
	"github.com/entocc/entocc/internal/suite"
)

// SQLite has no times: each driver, and each of its options, has another notation of them.
func eachNotation(t *testing.T, test func(s *scene)) {
	t.Helper()
	for _, options := range [][2]string{
		{"mattn", ""},
		{"mattn", "_loc=Europe/Berlin"},
		{"modernc", ""},
		{"modernc", "_time_format=sqlite"},
		{"modernc", "_time_format=datetime"},
		{"modernc", "_timezone=Europe/Berlin"},
		{"modernc", "_time_format=sqlite&_timezone=Europe/Berlin"},
		{"modernc", "_time_format=datetime&_timezone=Europe/Berlin"},
		{"modernc", "_time_integer_format=unix&_inttotime=1"},
		{"modernc", "_time_integer_format=unix_milli&_inttotime=1"},
		{"modernc", "_time_integer_format=unix_micro&_inttotime=1"},
		{"modernc", "_time_integer_format=unix_nano&_inttotime=1&_timezone=Europe/Berlin"},
	} {
		t.Run(options[0]+" "+options[1], func(t *testing.T) {
			file := "file:" + filepath.Join(t.TempDir(), "times.db") + "?"
			settings := map[string]string{"mattn": "_fk=1&_sync=OFF&_journal=MEMORY&", "modernc": "_pragma=foreign_keys(1)&_pragma=synchronous(OFF)&_pragma=journal_mode(MEMORY)&"}[options[0]]
			s := &scene{T: t, ctx: t.Context(), conn: suite.DB{Dialect: dialect.SQLite}}
			s.db = databases.OpenSQLite(t, options[0], file+settings+options[1])
			s.client = ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, s.db)))
			require.NoError(t, s.client.Schema.Create(t.Context()))
			test(s)
		})
	}
}

func times() []time.Time {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	at := time.Date(2024, 2, 29, 23, 59, 59, 987654321, time.UTC)
	return []time.Time{
		at, at.Truncate(time.Microsecond), at.Truncate(time.Millisecond), at.Truncate(time.Second), at.Truncate(time.Minute), at.Truncate(24 * time.Hour),
		at.In(berlin), at.In(berlin).Truncate(time.Second), time.Date(2024, 7, 1, 12, 0, 0, 5, berlin), time.Now(), time.Now().UTC(),
	}
}

// A row that nobody has changed is no conflict, in the notation of its own driver.
func TestNotation_TimeThatNobodyChanged(t *testing.T) {
	eachNotation(t, func(s *scene) {
		for i, at := range times() {
			created := do[*ent.Page](s)(s.client.Page.Create().SetTitle("t").SetPublishedAt(at).Save(s.ctx))
			read := s.load(created.ID)
			s.saved(created.Update().SetPublishedAt(at))
			s.saved(read.Update().SetPublishedAt(at))
			read = s.load(created.ID)
			now := s.saved(read.Update().SetPublishedAt(*read.PublishedAt))
			now = s.saved(now.Update().SetPublishedAt(*now.PublishedAt))
			require.NoError(s, now.Delete().Exec(s.ctx), i)
			created = do[*ent.Page](s)(s.client.Page.Create().SetTitle("t").SetPublishedAt(at).Save(s.ctx))
			require.NoError(s, s.load(created.ID).Delete().Exec(s.ctx), i)
		}
	})
}

// A time that has changed is a conflict, whoever wrote it and however.
func TestNotation_TimeThatOthersChanged(t *testing.T) {
	eachNotation(t, func(s *scene) {
		id := s.page("t").ID
		writes := func(text any) { s.raw("UPDATE pages SET published_at = ? WHERE id = ?", text, id) }
		var missed []string
		for _, from := range notations() {
			writes(from)
			stale, err := s.client.Page.Get(s.ctx, id)
			if err != nil || stale.PublishedAt == nil || stale.PublishedAt.IsZero() {
				continue // The driver can't read it.
			}
			for _, to := range notations() {
				writes(to)
				now, err := s.client.Page.Get(s.ctx, id)
				if err == nil && now.PublishedAt.Equal(*stale.PublishedAt) {
					continue
				}
				if stale.Update().SetPublishedAt(*stale.PublishedAt).Exec(s.ctx) == nil {
					missed = append(missed, fmt.Sprint(from, " -> ", to))
				}
			}
		}
		assert.Empty(s, missed)
	})
}

// notations are ways to write each of some times, of which some ways are the same for different times.
func notations() (all []any) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)
	for _, at := range []time.Time{at, at.Truncate(time.Second), at.Truncate(time.Second).Add(-time.Hour)} {
		for _, zoned := range []time.Time{at, at.In(time.FixedZone("", 3600))} {
			for _, layout := range []string{"2006-01-02 15:04:05.999999999-07:00", "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05"} {
				if text := any(zoned.Format(layout)); !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		}
		all = append(all, at.String(), at.Unix(), at.UnixMilli(), at.UnixMicro(), at.UnixNano())
	}
	return all
}
