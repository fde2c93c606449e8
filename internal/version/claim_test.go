package version_test

import (
	"errors"
	"fmt"
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// serialization is PostgreSQL's error for a row that another transaction changed, in a form common to all drivers.
type serialization struct{}

func (serialization) Error() string    { return "could not serialize access due to concurrent update" }
func (serialization) SQLState() string { return "40001" }

func schemaOf(s version.Strategy) *version.Schema {
	return &version.Schema{Type: "User", Table: "users", Keys: []string{"id"}, Field: "version", Column: "version", Strategy: s}
}

func TestClaim_SerializationFailureIsTheConflictOfAGuardedWriteAlone(t *testing.T) {
	failed := serialization{}
	c := version.Claim{Schema: schemaOf(version.Counter{}), ID: 7, Op: ent.OpUpdateOne, Accepted: []any{int64(3)}, Expected: int64(3)}
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, c.Failed(failed), &modified)
	assert.Equal(t, 7, modified.ID)
	assert.Equal(t, int64(3), modified.Expected)
	assert.Equal(t, failed, modified.Err)

	unguarded := version.Claim{Schema: c.Schema, Op: ent.OpUpdate}
	assert.Equal(t, failed, unguarded.Failed(failed))

	named := fmt.Errorf("before: %w", &entocc.RecordModifiedError{Type: "Pet", ID: 1})
	assert.Equal(t, named, c.Failed(named), "it says already which row")
	other := errors.New("other")
	assert.Equal(t, other, c.Failed(other))
	assert.NoError(t, c.Failed(nil))
}

func TestClaim_LostAnswerNamesItsRow(t *testing.T) {
	c := version.Claim{Schema: schemaOf(version.Counter{}), ID: 7, Op: ent.OpUpdateOne, Accepted: []any{int64(3)}, Expected: int64(3)}
	err := c.Failed(fmt.Errorf("sent: %w", &entocc.OutcomeUnknownError{Err: errors.New("connection lost")}))
	var unknown *entocc.OutcomeUnknownError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "User", unknown.Type)
	assert.Equal(t, 7, unknown.ID)
	assert.Equal(t, ent.OpUpdateOne, unknown.Op)
	assert.Equal(t, int64(3), unknown.Expected)
}

func TestClaim_VersionThatWasNeverSentIsNamed(t *testing.T) {
	stated := version.Claim{Schema: schemaOf(version.Counter{}), Accepted: []any{int64(3), int64(0)}, Stated: true}
	require.ErrorContains(t, stated.Unreadable(), "expected version 0")
	stated.Accepted = []any{int64(3), int64(4)}
	require.NoError(t, stated.Unreadable())
	stated.Accepted = []any{version.NoVersion(`"abc"`)}
	require.NoError(t, stated.Unreadable(), "the condition names none of this row")
	held := version.Claim{Schema: schemaOf(version.Counter{}), Accepted: []any{int64(0)}}
	require.NoError(t, held.Unreadable(), "an entity of a row that is older than the mixin")
}

func TestClaim_AcceptsTheVersionsAndNULLForTheZeroOne(t *testing.T) {
	c := version.Claim{Schema: schemaOf(version.Counter{}), Accepted: []any{int64(3), int64(4)}}
	assert.True(t, c.Accepts(int64(4)))
	assert.False(t, c.Accepts(int64(5)))
	assert.False(t, c.Accepts(nil))
	c.Accepted = []any{int64(0)}
	assert.True(t, c.Accepts(nil))
	assert.False(t, c.Accepts(int64(5)))
	assert.False(t, (&version.Claim{Schema: c.Schema}).Accepts(nil), "nothing is claimed")
}

func TestSchema_OverflowSaysWhichVersionIsTheLast(t *testing.T) {
	small, counter := schemaOf(version.Integer[int8]{}), schemaOf(version.Counter{})
	for _, text := range []string{
		"integer overflow",
		`invalid input syntax for type bigint: "version 127"`,
		"Error 1264: Out of range value for column 'version' at row 1",
		"Error 1690: BIGINT value is out of range in '`users`.`version` + 1'",
	} {
		err := small.Unusable(ent.OpUpdateOne, errors.New(text))
		require.True(t, entocc.IsVersionError(err), text)
		require.ErrorContains(t, err, "127 is the largest int8", text)
	}
	err := counter.Unusable(ent.OpUpdateOne, errors.New(`invalid input syntax for type bigint: "version 9223372036854775807"`))
	require.True(t, entocc.IsVersionError(err))
	assert.NotContains(t, err.Error(), ", as", "it has no bound that is worth saying")
	for _, text := range []string{
		"Error 1690: BIGINT value is out of range in '`users`.`age` + 1'",
		"Error 1264: Out of range value for column 'age' at row 1",
		"version of the driver",
		"the statement names version",
	} {
		other := errors.New(text)
		assert.Equal(t, other, small.Unusable(ent.OpUpdateOne, other), "another column")
		assert.Equal(t, other, schemaOf(version.Token{}).Unusable(ent.OpUpdateOne, other), "a kind that has no mark")
	}
	_, err = version.Token{}.First(uuid.Nil)
	require.True(t, entocc.IsVersionError(schemaOf(version.Token{}).Unusable(ent.OpCreate, err)), "there was no randomness")
	assert.NoError(t, small.Unusable(ent.OpUpdateOne, nil))
	own := counter.Errorf(ent.OpUpdateOne, errors.New("integer overflow"), "it says so already")
	assert.Same(t, own, counter.Unusable(ent.OpUpdateOne, own))
}

// The arguments of the next version follow those of the columns that are set.
func TestSchema_BumpCountsItsArguments(t *testing.T) {
	s := schemaOf(version.Timestamp{})
	update := sql.Dialect(dialect.Postgres).Update("users").Set("name", "n")
	s.SetBump(update, "users")
	query, args := update.Where(s.Equals([]any{int64(4)})).Query()
	assert.Contains(t, query, `SET "name" = $1, "version" = CASE WHEN COALESCE("users"."version", 0) < $2 THEN $3 ELSE `)
	assert.Contains(t, query, `WHERE "version" = $4`)
	assert.Len(t, args, 4)
}
