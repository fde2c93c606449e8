package version_test

import (
	"math"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/version"
)

// countsUpTo checks for a kind of integer what holds for every version: it is greater than 0, one more than the one
// before, and never greater than the largest.
func countsUpTo[T version.OtherInteger](t *testing.T, largest T, bound string) {
	t.Helper()
	s := version.Integer[T]{}
	first, err := s.First(nil)
	require.NoError(t, err)
	assert.Equal(t, T(1), first)
	given, err := s.First(T(7))
	require.NoError(t, err)
	assert.Equal(t, T(7), given)
	next, err := s.Next(largest - 1)
	require.NoError(t, err)
	assert.Equal(t, largest, next)
	_, err = s.Next(largest)
	require.ErrorContains(t, err, bound)
	assert.Equal(t, bound, s.Bound())

	assert.True(t, s.Follows(T(1), T(2)))
	assert.False(t, s.Follows(T(2), T(2)))
	assert.False(t, s.Follows(T(1), T(3)))
	assert.False(t, s.Follows("1", T(1)), "another type")
	assert.False(t, s.Follows(T(0), "1"))
	assert.True(t, s.Equal(T(5), int64(5)), "as ent reads it, and as the database has it")
	assert.True(t, s.Equal(int64(5), T(5)))
	assert.False(t, s.Equal(T(5), int64(6)))
	assert.False(t, s.Equal(T(0), "0"))
	assert.False(t, s.Equal("0", T(0)))
	assert.False(t, s.Equal("0", "0"))
	assert.True(t, s.Possible(T(1)))
	assert.False(t, s.Possible(T(0)))
	assert.False(t, s.Possible("1"))
	assert.True(t, s.IsZero(T(0)))
	assert.False(t, s.IsZero(T(1)))
	assert.True(t, s.IsZero("1"), "no version at all")
	assert.False(t, s.Random() || s.ByTrigger() || s.BySystem() || s.Textual(dialect.SQLite))
	assert.True(t, s.Ordered())
}

func TestInteger_CountsAsFarAsItsGoType(t *testing.T) {
	countsUpTo[int8](t, math.MaxInt8, "127 is the largest int8")
	countsUpTo[int16](t, math.MaxInt16, "32767 is the largest int16")
	countsUpTo[int32](t, math.MaxInt32, "2147483647 is the largest int32")
	countsUpTo[int](t, math.MaxInt64, "9223372036854775807 is the largest int")
	countsUpTo[uint8](t, math.MaxUint8, "255 is the largest uint8")
	countsUpTo[uint16](t, math.MaxUint16, "65535 is the largest uint16")
	countsUpTo[uint32](t, math.MaxUint32, "4294967295 is the largest uint32")
	countsUpTo[uint](t, math.MaxInt64, "9223372036854775807 is the largest uint")
	countsUpTo[uint64](t, math.MaxInt64, "9223372036854775807 is the largest uint64")
}

// If a number wrapped around at the end of its type, a row could be written twice from the same version.
func TestInteger_NothingFollowsByWrapping(t *testing.T) {
	assert.False(t, version.Integer[int8]{}.Follows(int8(127), int8(-128)))
	assert.False(t, version.Integer[uint8]{}.Follows(uint8(255), uint8(0)))
	assert.False(t, version.Integer[uint64]{}.Equal(uint64(math.MaxUint64), int64(-1)))
	assert.True(t, version.Integer[int8]{}.Equal(int8(-1), int64(-1)))
	assert.False(t, version.Integer[int8]{}.Possible(int8(-1)))
	assert.False(t, version.Integer[int8]{}.Follows(int8(-1), "0"))
	assert.False(t, version.Integer[int8]{}.Follows(int8(-1), nil))
	next, err := version.Integer[int8]{}.Next(int8(-5))
	require.NoError(t, err)
	assert.Equal(t, int8(-4), next)
}

func TestStrategies_SayWhatAVersionIs(t *testing.T) {
	now, token := time.Now(), uuid.New()
	for _, s := range []struct {
		strategy              version.Strategy
		one, same, other      any
		zero                  any
		impossible            []any
		follows, random, text bool
		step                  any
		system                bool
	}{
		{version.Counter{}, int64(5), int64(5), int64(6), int64(0), []any{int64(0), int64(-1), "1", nil}, true, false, false, int64(1), false},
		{version.Timestamp{}, int64(5), int64(5), int64(6), int64(0), []any{int64(0), int64(-1)}, true, false, false, int64(1), false},
		{version.Token{}, token, uuid.MustParse(token.String()), uuid.New(), uuid.Nil, []any{uuid.Nil, "x"}, false, true, false, nil, false},
		{version.Time{}, now, now.UTC(), now.Add(time.Microsecond), time.Time{}, []any{time.Time{}, "x"}, false, false, true, nil, false},
		{version.System{}, int64(5), int64(5), int64(6), int64(0), []any{int64(0), int64(-1), int64(math.MaxUint32) + 1, "1"}, false, false, false, nil, true},
	} {
		assert.True(t, s.strategy.Equal(s.one, s.same), "%T", s.strategy)
		assert.False(t, s.strategy.Equal(s.one, s.other), "%T", s.strategy)
		assert.False(t, s.strategy.Equal(s.one, nil), "%T", s.strategy)
		assert.False(t, s.strategy.Equal(nil, s.zero), "%T", s.strategy)
		assert.False(t, s.strategy.Equal(s.zero, nil), "%T", s.strategy)
		assert.False(t, s.strategy.IsZero(s.one), "%T", s.strategy)
		assert.True(t, s.strategy.IsZero(s.zero), "%T", s.strategy)
		assert.True(t, s.strategy.IsZero("no version"), "%T", s.strategy)
		assert.True(t, s.strategy.Possible(s.one), "%T", s.strategy)
		for _, v := range s.impossible {
			assert.False(t, s.strategy.Possible(v), "%T: %v", s.strategy, v)
		}
		assert.Equal(t, s.follows, s.strategy.Follows(s.one, s.other), "%T", s.strategy)
		assert.False(t, s.strategy.Follows(s.other, s.one), "%T", s.strategy)
		assert.False(t, s.strategy.Follows(nil, int64(1)), "%T", s.strategy)
		assert.False(t, s.strategy.Follows(int64(-1), nil), "%T", s.strategy)
		assert.Equal(t, s.random, s.strategy.Random(), "%T", s.strategy)
		assert.Equal(t, s.step, s.strategy.Step(), "%T", s.strategy)
		assert.Equal(t, s.text, s.strategy.Textual(dialect.SQLite), "%T", s.strategy)
		assert.False(t, s.strategy.Textual(dialect.Postgres), "%T", s.strategy)
		assert.Equal(t, s.system, s.strategy.BySystem(), "%T", s.strategy)
		assert.False(t, s.strategy.ByTrigger(), "%T", s.strategy)
	}
	assert.True(t, version.System{}.Possible(int64(math.MaxUint32)))
	assert.True(t, version.System{}.Possible(int64(1)))
}

// The first version is the caller's if that is a possible version; otherwise the strategy generates one.
func TestStrategies_FirstVersion(t *testing.T) {
	began := time.Now().Truncate(time.Microsecond)
	first, err := version.Counter{}.First(nil)
	require.NoError(t, err)
	assert.Equal(t, int64(1), first)
	first, err = version.Timestamp{}.First(nil)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, first, began.UnixMicro())
	first, err = version.Time{}.First(nil)
	require.NoError(t, err)
	assert.False(t, first.(time.Time).Before(began))
	for range 2 {
		first, err = version.Token{}.First(nil)
		require.NoError(t, err)
		assert.NotEqual(t, uuid.Nil, first)
	}
	_, err = version.Token{}.First(uuid.Nil)
	require.Error(t, err)
	first, err = version.System{}.First(nil)
	require.NoError(t, err)
	assert.Nil(t, first)
	_, err = version.System{}.First(int64(1))
	require.Error(t, err)
	token := uuid.New()
	for s, given := range map[version.Strategy]any{version.Counter{}: int64(7), version.Timestamp{}: int64(7), version.Token{}: token} {
		first, err := s.First(given)
		require.NoError(t, err)
		assert.Equal(t, given, first)
	}
}

// What a trigger writes is SQL of its own database, without arguments.
func TestTriggered_ExpressionsAreThoseOfTheDatabase(t *testing.T) {
	for _, s := range []struct {
		strategy                version.Triggered
		sqlite, postgres, mysql string
	}{
		{version.Counter{}, "abs(~", "CAST('version ' ||", "COALESCE(version, 0) + 1"},
		{
			version.Integer[int8]{},
			"abs(-9223372036854775807 - (", "CAST('version ' ||",
			"COALESCE(version, 0) + CASE version WHEN 127 THEN 9223372036854775807 + (version > 0) ELSE 1 END",
		},
		{version.Timestamp{}, "julianday('now')", "clock_timestamp()", "GREATEST(COALESCE(version, 0) + 1, CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED))"},
		{version.Token{}, "randomblob(4)", "gen_random_uuid()", "UUID()"},
	} {
		for d, part := range map[string]string{dialect.SQLite: s.sqlite, dialect.Postgres: s.postgres, dialect.MySQL: s.mysql} {
			b := sql.Dialect(d).String(func(b *sql.Builder) { s.strategy.InTrigger(b, "version") })
			assert.Contains(t, b, part, "%T on %s", s.strategy, d)
		}
	}
	for s, ordered := range map[version.Triggered]bool{version.Counter{}: true, version.Timestamp{}: true, version.Token{}: false} {
		assert.Equal(t, ordered, s.Ordered(), "%T", s)
	}
}
