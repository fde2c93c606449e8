package entc_test

import (
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	entocc "github.com/entocc/entocc/entc"
	"github.com/entocc/entocc/mixin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type Parent struct{ ent.Schema }

func (Parent) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"children"}}} }

func (Parent) Edges() []ent.Edge { return []ent.Edge{edge.To("children", Child.Type)} }

type Child struct{ ent.Schema }

func (Child) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func (Child) Edges() []ent.Edge {
	return []ent.Edge{edge.From("parent", Parent.Type).Ref("children").Unique(), edge.To("plain", Plain.Type).Unique()}
}

type Plain struct{ ent.Schema }

func (Plain) Fields() []ent.Field { return []ent.Field{field.String("name")} }

type Unknown struct{ ent.Schema }

func (Unknown) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{Touch: []string{"name"}}} }

func (Unknown) Fields() []ent.Field { return []ent.Field{field.String("name")} }

func (Unknown) Edges() []ent.Edge { return []ent.Edge{edge.To("plain", Plain.Type).Unique()} }

type Unversioned struct{ ent.Schema }

func (Unversioned) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.TimeVersion{Touch: []string{"plain"}}}
}

func (Unversioned) Edges() []ent.Edge { return []ent.Edge{edge.To("plain", Plain.Type).Unique()} }

type Twice struct{ ent.Schema }

func (Twice) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Touch: []string{"child", "child"}}}
}

func (Twice) Edges() []ent.Edge { return []ent.Edge{edge.To("child", Versioned.Type).Unique()} }

type Versioned struct{ ent.Schema }

func (Versioned) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

type Through struct{ ent.Schema }

func (Through) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("left_id", "right_id")}
}

func (Through) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"left"}}} }

func (Through) Fields() []ent.Field { return []ent.Field{field.Int("left_id"), field.Int("right_id")} }

func (Through) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("left", Left.Type).Unique().Required().Field("left_id"),
		edge.To("right", Right.Type).Unique().Required().Field("right_id"),
	}
}

type Left struct{ ent.Schema }

func (Left) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func (Left) Edges() []ent.Edge {
	return []ent.Edge{edge.To("rights", Right.Type).Through("throughs", Through.Type)}
}

type Right struct{ ent.Schema }

func (Right) Edges() []ent.Edge {
	return []ent.Edge{edge.From("lefts", Left.Type).Ref("rights").Through("throughs", Through.Type)}
}

type Edgeless struct{ ent.Schema }

func (Edgeless) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"order"}}} }

// Each wrong Touch is refused, with the type, the name and the fix.
func TestTouch_WrongSetUpIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		schemas []ent.Interface
		want    []string
	}{
		"a field":              {[]ent.Interface{Unknown{}, Plain{}}, []string{"mixin.TokenVersion in Unknown", `"name"`, "not one of its edges", "plain"}},
		"no edges at all":      {[]ent.Interface{Edgeless{}}, []string{"mixin.Version in Edgeless", `"order"`, "Edgeless has no edges"}},
		"a key elsewhere":      {[]ent.Interface{Parent{}, Child{}, Plain{}}, []string{"mixin.Version in Parent", `"children"`, "foreign key", "that of Child"}},
		"a parent without one": {[]ent.Interface{Unversioned{}, Plain{}}, []string{"mixin.TimeVersion in Unversioned", `"plain"`, "Plain", "without a version"}},
		"twice":                {[]ent.Interface{Twice{}, Versioned{}}, []string{"Twice", `"child"`, "name it once"}},
		"a composite ID":       {[]ent.Interface{Through{}, Left{}, Right{}}, []string{"Through", `"left"`, "composite ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := plan(t, tt.schemas...)
			require.Error(t, err)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// plan lets the extension plan the generation of schemas, and returns its error.
func plan(t *testing.T, schemas ...ent.Interface) error {
	t.Helper()
	var loaded []*load.Schema
	for _, s := range schemas {
		buf, err := load.MarshalSchema(s)
		require.NoError(t, err)
		l, err := load.UnmarshalSchema(buf)
		require.NoError(t, err)
		loaded = append(loaded, l)
	}
	storage, err := gen.NewStorage("sql")
	require.NoError(t, err)
	g, err := gen.NewGraph(&gen.Config{Package: "example.org/ent", Target: t.TempDir(), Storage: storage}, loaded...)
	require.NoError(t, err)
	ext, err := entocc.NewExtension()
	require.NoError(t, err)
	nothing := gen.GenerateFunc(func(*gen.Graph) error { return nil })
	return ext.Hooks()[0](nothing).Generate(g)
}
