package counted_test

import (
	"testing"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/counted"
)

// Owner has pets, and looks after guests.
type Owner struct{ ent.Schema }

// Edges of the Owner. The foreign key of the second is a column of the pet, which has no edge for it.
func (Owner) Edges() []ent.Edge {
	return []ent.Edge{edge.To("pets", Pet.Type), edge.To("guests", Pet.Type)}
}

// Pet has an edge that a field shows, and one whose foreign key no field shows.
type Pet struct{ ent.Schema }

// Fields of the Pet.
func (Pet) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").StorageKey("called"), field.Int("owner_id").Optional(), field.Int64("version"),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges of the Pet.
func (Pet) Edges() []ent.Edge {
	return []ent.Edge{edge.From("owner", Owner.Type).Ref("pets").Field("owner_id").Unique(), edge.To("friend", Pet.Type).Unique()}
}

func TestColumns_AreThoseThatCount(t *testing.T) {
	pet := pet(t)
	for name, row := range map[string]struct {
		version annotation.Version
		want    []string
	}{
		"all":                    {annotation.Version{}, nil},
		"not the version itself": {annotation.Version{Ignore: []string{"name"}}, []string{"owner_id", "owner_guests", "pet_friend"}},
		"an edge and its field":  {annotation.Version{Ignore: []string{"owner"}}, []string{"called", "owner_guests", "pet_friend"}},
		"a field and its edge":   {annotation.Version{Only: []string{"owner_id"}}, []string{"owner_id"}},
		"only an edge":           {annotation.Version{Only: []string{"owner"}}, []string{"owner_id"}},
		"an edge without field":  {annotation.Version{Ignore: []string{"friend"}}, []string{"called", "owner_id", "owner_guests"}},
		"updated_at by name":     {annotation.Version{Only: []string{"updated_at", "friend"}}, []string{"updated_at", "pet_friend"}},
	} {
		row.version.Field = "version"
		var names []string
		for _, c := range counted.Columns(pet, row.version) {
			names = append(names, c.Name)
		}
		assert.Equal(t, row.want, names, name)
	}
}

func pet(t *testing.T) *gen.Type {
	t.Helper()
	var schemas []*load.Schema
	for _, s := range []ent.Interface{Owner{}, Pet{}} {
		data, err := load.MarshalSchema(s)
		require.NoError(t, err)
		schema, err := load.UnmarshalSchema(data)
		require.NoError(t, err)
		schemas = append(schemas, schema)
	}
	graph, err := gen.NewGraph(&gen.Config{Package: "example.org/ent", Storage: &gen.Storage{}}, schemas...)
	require.NoError(t, err)
	return graph.Nodes[1]
}
