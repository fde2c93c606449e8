package mixin_test

import (
	"encoding/json"
	"testing"

	"github.com/entocc/entocc/internal/annotation"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/mixin"
)

var (
	_ ent.Mixin = mixin.Version{}
	_ ent.Mixin = mixin.TimeVersion{}
	_ ent.Mixin = mixin.TokenVersion{}
	_ ent.Mixin = mixin.Guard{}
)

func only(t *testing.T, m ent.Mixin) *field.Descriptor {
	t.Helper()
	fields := m.Fields()
	require.Len(t, fields, 1)
	return fields[0].Descriptor()
}

func TestMixins_AddOneFieldWithoutASetterOnUpdates(t *testing.T) {
	for kind, m := range map[field.Type]ent.Mixin{
		field.TypeInt64: mixin.Version{},
		field.TypeUUID:  mixin.TokenVersion{},
	} {
		d := only(t, m)
		assert.Equal(t, "version", d.Name)
		assert.Equal(t, kind, d.Info.Type)
		assert.True(t, d.Immutable)
		assert.NotNil(t, d.UpdateDefault, "a hook can still set it")
		assert.NotNil(t, d.Default)
		assert.False(t, d.Optional, "NOT NULL")
		assert.NotEmpty(t, d.Comment)
	}
}

func TestTimeVersion_StartsAtTheClock(t *testing.T) {
	d := only(t, mixin.TimeVersion{})
	assert.Equal(t, field.TypeInt64, d.Info.Type)
	first, ok := d.Default.(func() int64)
	require.True(t, ok)
	assert.Greater(t, first(), int64(1_600_000_000_000_000), "microseconds")
}

func TestMixins_TakeAnotherNameAndColumn(t *testing.T) {
	for _, m := range []ent.Mixin{
		mixin.Version{Name: "revision", StorageKey: "rev"},
		mixin.TimeVersion{Name: "revision", StorageKey: "rev"},
		mixin.TokenVersion{Name: "revision", StorageKey: "rev"},
	} {
		d := only(t, m)
		assert.Equal(t, "revision", d.Name)
		assert.Equal(t, "rev", d.StorageKey)
	}
}

func TestMixins_AddOneHook(t *testing.T) {
	for _, m := range []ent.Mixin{mixin.Version{}, mixin.TimeVersion{}, mixin.TokenVersion{}, mixin.Guard{Field: "rev"}} {
		assert.Len(t, m.Hooks(), 1, "%T", m)
		assert.Len(t, m.Annotations(), 1, "%T", m)
	}
	assert.Empty(t, mixin.Guard{Field: "rev"}.Fields(), "the schema has the field already")
}

func TestTokenVersion_WithoutRandomnessStartsAtTheNilUUID(t *testing.T) {
	token, ok := only(t, mixin.TokenVersion{}).Default.(func() uuid.UUID)
	require.True(t, ok)
	assert.NotEqual(t, uuid.Nil, token())
	uuid.SetRand(broken{})
	defer uuid.SetRand(nil)
	assert.Equal(t, uuid.Nil, token(), "the hook refuses it: a default must not panic")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, assert.AnError }

// ent drops a second annotation of the same name unless it merges. Two versions must both be there to be refused.
func TestAnnotation_MergeKeepsBoth(t *testing.T) {
	merge := func(a, b ent.Mixin) annotation.Annotation {
		merged := a.Annotations()[0].(schema.Merger).Merge(b.Annotations()[0])
		return merged.(annotation.Annotation)
	}
	first, second := mixin.Version{}, mixin.TokenVersion{Name: "token"}
	both := merge(first, second)
	require.Len(t, both.Versions, 2)
	assert.Equal(t, "version", both.Versions[0].Field)
	assert.Equal(t, "token", both.Versions[1].Field)
	assert.Len(t, merge(first, mixin.Guard{Field: "rev"}).Versions, 2)
	assert.Len(t, first.Annotations()[0].(annotation.Annotation).Versions, 1, "the first one is not changed")
}

func TestAnnotation_SurvivesJSON(t *testing.T) {
	want := mixin.Version{Name: "rev", AllowBlind: true, Ignore: []string{"seen"}}.Annotations()[0].(annotation.Annotation)
	buf, err := json.Marshal(want)
	require.NoError(t, err)
	var generic any
	require.NoError(t, json.Unmarshal(buf, &generic))
	var got annotation.Annotation
	require.NoError(t, got.Decode(generic))
	assert.Equal(t, want, got)
	assert.Equal(t, annotation.Name, got.Name())
	assert.Error(t, got.Decode(func() {}))
}

// Clients of generated APIs can't set the version: entgql and entoas leave the field out of their inputs.
func TestMixins_FieldIsWriteProtectedInGeneratedAPIs(t *testing.T) {
	for _, m := range []ent.Mixin{mixin.Version{}, mixin.TimeVersion{}, mixin.TokenVersion{}} {
		said := make(map[string]schema.Annotation)
		for _, a := range only(t, m).Annotations {
			said[a.Name()] = a
		}
		assert.Equal(t, map[string]any{"Skip": 48.0}, asJSON(t, said["EntGQL"]))
		assert.Equal(t, map[string]any{"ReadOnly": true}, asJSON(t, said["EntOAS"]))

		more := said["EntGQL"].(schema.Merger).Merge(other{Skip: 4, OrderField: "VERSION"})
		assert.Equal(t, "EntGQL", more.Name())
		assert.Equal(t, map[string]any{"Skip": 52.0, "OrderField": "VERSION"}, asJSON(t, more), "a schema can add to the annotation, but take nothing away")
	}
}

// other is an API generator's annotation.
type other struct {
	Skip       int
	OrderField string
}

func (other) Name() string { return "EntGQL" }

func asJSON(t *testing.T, v any) (decoded map[string]any) {
	t.Helper()
	buf, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(buf, &decoded))
	return decoded
}
