package values_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/values"
	"github.com/entocc/entocc/internal/version"
)

// The exact SQL for each database.
func TestPredicate_OfEachDialect(t *testing.T) {
	id := uuid.MustParse("0f8fad5b-d9cb-469f-a165-70867728950e")
	at := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name     string
		column   version.Compared
		seen     values.Seen
		dialects map[string]string
	}{
		{"NULL", version.Compared{}, values.Seen{}, map[string]string{
			dialect.SQLite: "c IS NULL", dialect.MySQL: "c IS NULL", dialect.Postgres: "c IS NULL",
		}},
		{"integer", version.Compared{}, values.Seen{Value: int64(7)}, map[string]string{
			dialect.SQLite: "c COLLATE BINARY = ?", dialect.MySQL: "c = ?", dialect.Postgres: "c = $1",
		}},
		{"text", version.Compared{Kind: version.ValueText}, values.Seen{Value: "a"}, map[string]string{
			dialect.SQLite: "CAST(c AS BLOB) = ?", dialect.MySQL: "CAST(CONVERT(c USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)",
			dialect.Postgres: `CAST(c AS text) COLLATE "C" = $1`,
		}},
		{"JSON", version.Compared{Kind: version.ValueJSON}, values.Seen{Value: []byte("{}")}, map[string]string{
			dialect.SQLite:   "CAST(c AS BLOB) = ?",
			dialect.MySQL:    "CAST(CONVERT(c USING utf8mb4) AS BINARY) = CAST(CONVERT(/*!80000 CAST( */ ? /*!80000 AS JSON) */ USING utf8mb4) AS BINARY)",
			dialect.Postgres: `CAST(c AS text) COLLATE "C" = CAST(CAST($1 AS jsonb) AS text)`,
		}},
		{"zero UUID", version.Compared{Kind: version.ValueUUID, Optional: true}, values.Seen{Value: id.String(), OrNull: true}, map[string]string{
			dialect.SQLite: "(c IS NULL OR LOWER(CAST(c AS TEXT)) = LOWER(?))", dialect.MySQL: "(c IS NULL OR LOWER(CONVERT(c USING utf8mb4)) = LOWER(?))",
			dialect.Postgres: "(c IS NULL OR c = $1)",
		}},
		{"time", version.Compared{Kind: version.ValueTime}, values.Seen{Value: at}, map[string]string{
			dialect.MySQL: "c = CAST(? AS DATETIME(6))", dialect.Postgres: "c = $1",
		}},
		{"time of a new row", version.Compared{Kind: version.ValueTime}, values.Seen{Value: at, Given: true}, map[string]string{
			dialect.MySQL: "c = CAST(? AS DATETIME)",
		}},
		{"types", version.Compared{Kind: version.ValueOther, Types: map[string]string{dialect.MySQL: "DECIMAL(10,2) unsigned", dialect.Postgres: "citext"}}, values.Seen{Value: "1.5"}, map[string]string{
			dialect.MySQL: "c = CAST(? AS DECIMAL(10,2))", dialect.Postgres: `CAST(c AS text) COLLATE "C" = CAST(CAST($1 AS citext) AS text)`,
		}},
	} {
		for d, want := range row.dialects {
			p := values.Predicate(&row.column, d, "c", row.seen)
			p.SetDialect(d)
			query, _ := p.Query()
			assert.Equal(t, want, query, "%s on %s", row.name, d)
		}
	}
}

// The texts for a time on SQLite stand for that time only.
func TestPredicate_NotationsOfATime(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 30, 0, 500, time.FixedZone("", -3600))
	args := func(seen values.Seen) []any {
		p := values.Predicate(&version.Compared{Kind: version.ValueTime}, dialect.SQLite, "c", seen)
		p.SetDialect(dialect.SQLite)
		_, args := p.Query()
		return args
	}
	read, utc, given := args(values.Seen{Value: at}), args(values.Seen{Value: at.UTC()}), args(values.Seen{Value: at.UTC(), Given: true})
	assert.Contains(t, read, "2024-03-01T00:30:00.0000005Z")
	assert.Contains(t, read, "2024-02-29 23:30:00.0000005-01:00")
	assert.Contains(t, utc, "2024-03-01 00:30:00.0000005")
	assert.NotContains(t, read, "2024-03-01 00:30:00.0000005", "the zone of such a text is the connection's, and that may be the one that was read")
	assert.NotContains(t, given, "2024-03-01 00:30:00.0000005", "nobody knows the connection's zone yet")
	assert.Contains(t, given, at.UTC())
	for _, arg := range slices.Concat(read, utc, given) {
		assert.NotContains(t, []any{"2024-03-01 00:30", "2024-02-29 23:30:00.0000005", "2024-03-01 00:30:00.000", at.Unix(), at.UnixMicro()}, arg)
	}
}

// What an entity shares with its holder is copied; what it does not share is kept as it is.
func TestTake_TakesWhatMayChange(t *testing.T) {
	b := []byte("blob")
	taken := values.Take(&b)
	b[0] = 'X'
	seen, err := taken.Get()
	require.NoError(t, err)
	assert.Equal(t, []byte("blob"), seen.Value)
	assert.Nil(t, values.Take(&sql.NullString{String: "a", Valid: true}))
	id, none := uuid.New(), uuid.Nil
	seen, err = values.Take(&id).Get()
	require.NoError(t, err)
	assert.Equal(t, values.Seen{Value: id.String()}, seen)
	seen, err = values.Take(&none).Get()
	require.NoError(t, err)
	assert.True(t, seen.OrNull)
	var empty []byte
	seen, err = values.Take(&empty).Get()
	require.NoError(t, err)
	assert.Nil(t, seen.Value)
}

func TestComparable_RefusesTypesByName(t *testing.T) {
	for typ, fine := range map[string]bool{"varchar(20)": true, "DATETIME(6)": true, "float": false, "FLOAT(7,3)": false, "point": false, "bit(8)": false, "double precision": true} {
		assert.Equal(t, fine, values.Comparable(dialect.MySQL, typ) == "", typ)
		assert.Empty(t, values.Comparable(dialect.Postgres, typ))
	}
}
