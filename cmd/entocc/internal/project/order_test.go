package project_test

import (
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/mixin"
)

// Audit is a mixin that has a hook.
type Audit struct{ entmixin.Schema }

// Hooks of the Audit.
func (Audit) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator { return next }}
}

// Plain is a mixin without hooks.
type Plain struct{ entmixin.Schema }

// User is the type whose order of mixins is checked.
type User struct {
	ent.Schema
	mixins []ent.Mixin
}

// Mixin of the User.
func (u User) Mixin() []ent.Mixin { return u.mixins }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.Int64("rev")} }

// Hooks of the User, which run after those of the mixins.
func (User) Hooks() []ent.Hook { return Audit{}.Hooks() }

func TestHooksBefore_AreThoseOfMixinsListedBeforeTheVersion(t *testing.T) {
	for name, row := range map[string]struct {
		mixins []ent.Mixin
		want   []int
	}{
		"version first":        {[]ent.Mixin{mixin.Version{}, Audit{}}, nil},
		"version last":         {[]ent.Mixin{Audit{}, Plain{}, mixin.Version{}}, []int{0}},
		"between":              {[]ent.Mixin{Plain{}, Audit{}, mixin.TokenVersion{Name: "token"}, Audit{}}, []int{1}},
		"a mixin without one":  {[]ent.Mixin{Plain{}, mixin.Version{}}, nil},
		"its own field":        {[]ent.Mixin{Audit{}, mixin.Guard{Field: "rev"}}, nil},
		"a type without guard": {[]ent.Mixin{Audit{}}, nil},
	} {
		assert.Equal(t, row.want, typeOf(t, row.mixins).HooksBefore(), name)
	}
}

func TestMixinsHaveHooks_IsNotAboutThoseOfTheSchema(t *testing.T) {
	assert.True(t, typeOf(t, []ent.Mixin{Plain{}, Audit{}}).MixinsHaveHooks())
	assert.False(t, typeOf(t, []ent.Mixin{Plain{}}).MixinsHaveHooks())
	assert.False(t, typeOf(t, nil).MixinsHaveHooks())
}

func typeOf(t *testing.T, mixins []ent.Mixin) *project.Type {
	t.Helper()
	data, err := load.MarshalSchema(User{mixins: mixins})
	require.NoError(t, err)
	schema, err := load.UnmarshalSchema(data)
	require.NoError(t, err)
	graph, err := gen.NewGraph(&gen.Config{Package: "example.org/ent", Storage: &gen.Storage{}}, schema)
	require.NoError(t, err)
	of := &project.Type{Name: "User", Node: graph.Nodes[0]}
	if said, ok := of.Node.Annotations[annotation.Name]; ok {
		var a annotation.Annotation
		require.NoError(t, a.Decode(said))
		of.Version = &a.Versions[0]
	}
	return of
}
