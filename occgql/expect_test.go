package occgql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersion_IsAString(t *testing.T) {
	for version, want := range map[int64]string{1: `"1"`, 0: `"0"`, -7: `"-7"`, 1<<53 + 1: `"9007199254740993"`} {
		var buf bytes.Buffer
		occgql.MarshalVersion(version).MarshalGQL(&buf)
		assert.Equal(t, want, buf.String())
		var text string
		require.NoError(t, json.Unmarshal(buf.Bytes(), &text))
		read, err := occgql.UnmarshalVersion(text)
		require.NoError(t, err)
		assert.Equal(t, version, read)
	}
}

func TestVersion_TakesWhatItWritesAndIntegers(t *testing.T) {
	for _, sent := range []any{"3", json.Number("3"), int64(3), 3} {
		read, err := occgql.UnmarshalVersion(sent)
		require.NoError(t, err, "%T", sent)
		assert.EqualValues(t, 3, read)
	}
	for _, sent := range []any{
		nil, true, 3.0, "", "three", "03", "+3", " 3", "3\n", "3.0", "0x3", "3e0", "\u0663", "9223372036854775808", json.Number("3.0"), json.Number("1e2"),
		[]any{"3"},
		map[string]any{"version": "3"},
		"9223372036854775807", int64(1<<63 - 1),
	} {
		_, err := occgql.UnmarshalVersion(sent)
		var expectation *occgql.ExpectationError
		require.ErrorAs(t, err, &expectation, "%T %v", sent, sent)
		assert.Equal(t, occgql.CodeBadUserInput, expectation.Code)
	}
}

// update writes a user under a condition, as a mutation of a server.
func update(s *server, id int, condition entocc.Condition) (code any) {
	errs := s.errors(s.Context(), func(ctx context.Context) error {
		return s.client.User.UpdateOneID(id).IfMatch(condition).SetName("Countess").Exec(ctx)
	})
	if len(errs) == 0 {
		return nil
	}
	return errs[0].Extensions["code"]
}

func TestExpect_ReachesTheGuard(t *testing.T) {
	s := newServer(t, conflicts())
	id := s.stale().ID
	stale, fresh := int64(1), int64(2)
	assert.Equal(t, "CONFLICT", update(s, id, occgql.Expect(&stale)))
	assert.Equal(t, "CONFLICT", update(s, id, occgql.ExpectIfSent(&stale)))
	assert.Equal(t, "Ada Lovelace", s.client.User.GetX(t.Context(), id).Name)
	assert.Nil(t, update(s, id, occgql.Expect(&fresh)))
	e := s.fails(func(ctx context.Context) error {
		return s.client.User.DeleteOneID(id).IfMatch(occgql.Expect(&fresh)).Exec(ctx)
	})
	assert.Equal(t, "3", e.Extensions["version"])
}

func TestExpect_NothingSent(t *testing.T) {
	s := newServer(t, conflicts())
	id := s.stale().ID
	assert.Equal(t, "PRECONDITION_REQUIRED", update(s, id, occgql.Expect[int64](nil)))
	assert.Equal(t, "PRECONDITION_REQUIRED", update(s, id, occgql.ExpectETag(nil)))
	assert.Equal(t, "Ada Lovelace", s.client.User.GetX(t.Context(), id).Name)
	assert.Nil(t, update(s, id, occgql.ExpectIfSent[int64](nil)))
	assert.Nil(t, update(s, id, occgql.ExpectETagIfSent(nil)))
	assert.EqualValues(t, 4, s.client.User.GetX(t.Context(), id).Version)

	blind := s.client.Setting.Create().SetID("theme").SetValue("dark").SaveX(t.Context()) // A type that allows writes by ID.
	err := s.client.Setting.UpdateOneID(blind.ID).IfMatch(occgql.Expect[int64](nil)).SetValue("light").Exec(t.Context())
	assert.True(t, entocc.IsVersionError(err), "%v", err)
}

// 0 is a version that was sent, and no row has it.
func TestExpectIfSent_ZeroIsSent(t *testing.T) {
	s := newServer(t, conflicts())
	id := s.stale().ID
	zero := int64(0)
	assert.Equal(t, "CONFLICT", update(s, id, occgql.ExpectIfSent(&zero)))
	empty := ""
	assert.Equal(t, "BAD_USER_INPUT", update(s, id, occgql.ExpectETagIfSent(&empty)))
}

func TestExpect_ConvertsIntegers(t *testing.T) {
	s := newServer(t, conflicts())
	id := s.stale().ID
	stale, small, large, fresh := 1, int8(-2), uint64(1<<63+2), int32(2)
	assert.Equal(t, "CONFLICT", update(s, id, occgql.Expect(&stale)))
	assert.Equal(t, "CONFLICT", update(s, id, occgql.Expect(&small)))
	assert.Equal(t, "BAD_USER_INPUT", update(s, id, occgql.Expect(&large)))
	other, text := uuid.New(), "2"
	assert.Nil(t, update(s, id, occgql.Expect(&fresh)))
	for _, condition := range []entocc.Condition{occgql.Expect(&other), occgql.Expect(&text)} {
		err := s.client.User.UpdateOneID(id).IfMatch(condition).SetName("x").Exec(t.Context())
		assert.True(t, entocc.IsVersionError(err), "a mistake of the program: %v", err)
	}
	assert.EqualValues(t, 3, s.client.User.GetX(t.Context(), id).Version)
}

func TestExpect_OtherKindsOfVersions(t *testing.T) {
	s := newServer(t, conflicts())
	doc := s.client.Document.Create().SetTitle("hello").SaveX(t.Context())
	key := doc.VersionKey()
	require.IsType(t, uuid.UUID{}, key.Version)
	stale, fresh := uuid.New(), key.Version.(uuid.UUID)
	write := func(condition entocc.Condition) error {
		return s.client.Document.UpdateOneID(doc.ID).IfMatch(condition).SetTitle("x").Exec(t.Context())
	}
	assert.True(t, entocc.IsRecordModified(write(occgql.Expect(&stale))))
	require.NoError(t, write(occgql.Expect(&fresh)))
	assert.True(t, entocc.IsRecordModified(write(occgql.Expect(&fresh))))
}

func TestETag_NamesTheRow(t *testing.T) {
	s := newServer(t, conflicts())
	u, other := s.stale(), s.stale()
	stale, err := occgql.ETagOf(u)
	require.NoError(t, err)
	fresh, err := occgql.ETagOf(s.client.User.GetX(t.Context(), u.ID))
	require.NoError(t, err)
	foreign, err := occgql.ETagOf(s.client.User.GetX(t.Context(), other.ID))
	require.NoError(t, err)
	assert.Equal(t, "CONFLICT", update(s, u.ID, occgql.ExpectETag(&stale)))
	for _, bad := range []string{foreign, "", "*", "2", fresh + "0x", " " + fresh, fresh + " ", `"` + fresh + `"`, `W/"` + fresh + `"`, fresh + `", "` + fresh, fresh + "," + fresh, "Üser/1/2", "\x00"} {
		assert.Equal(t, "BAD_USER_INPUT", update(s, u.ID, occgql.ExpectETag(&bad)), "%q", bad)
	}
	assert.Equal(t, "Ada Lovelace", s.client.User.GetX(t.Context(), u.ID).Name)
	assert.Nil(t, update(s, u.ID, occgql.ExpectETag(&fresh)))
}

func TestETag_IsAString(t *testing.T) {
	var buf bytes.Buffer
	occgql.MarshalETag("User/7/3").MarshalGQL(&buf)
	assert.Equal(t, `"User/7/3"`, buf.String())
	tag, err := occgql.UnmarshalETag("User/7/3")
	require.NoError(t, err)
	assert.Equal(t, "User/7/3", tag)
	for _, sent := range []any{nil, 3, int64(3), json.Number("3"), true, []any{"User/7/3"}} {
		_, err := occgql.UnmarshalETag(sent)
		require.ErrorContains(t, err, "an etag is a string")
	}
}
