package annotation

import (
	"encoding/json"
	"maps"

	"entgo.io/ent/schema"
)

// API is what a generator of APIs reads of a field, by the name of its annotation: none of them is imported here.
type API struct {
	name   string
	values map[string]any
}

// WriteProtected keeps a field out of what the client of an API can send: the inputs of entgql, for creation and update, and
// the request bodies of entoas. entproto has no such thing.
func WriteProtected() []schema.Annotation {
	const createInput, updateInput = 1 << 4, 1 << 5 // entgql.SkipMutationCreateInput and SkipMutationUpdateInput
	return []schema.Annotation{
		API{"EntGQL", map[string]any{"Skip": createInput | updateInput}},
		API{"EntOAS", map[string]any{"ReadOnly": true}},
	}
}

// Name implements schema.Annotation.
func (a API) Name() string { return a.name }

// MarshalJSON writes what the generator reads.
func (a API) MarshalJSON() ([]byte, error) { return json.Marshal(a.values) }

// Merge adds what a schema says by the generator's own annotation. It can't take the protection away.
func (a API) Merge(other schema.Annotation) schema.Annotation { return API{a.name, a.merged(other)} }

// merged returns what both say; another is one that ent has read from JSON, or a generator's own.
func (a API) merged(another any) map[string]any {
	buf, err := json.Marshal(another)
	if err != nil {
		return a.values
	}
	var merged map[string]any
	if err := json.Unmarshal(buf, &merged); err != nil || merged == nil {
		return a.values
	}
	for name, ours := range a.values {
		if flags, ok := ours.(int); ok {
			more, _ := merged[name].(float64)
			ours = flags | int(more)
		}
		merged[name] = ours
	}
	return merged
}

// Protect does what [WriteProtected] does for a field that a schema has itself, in ent's code generator.
func Protect(annotations map[string]any) map[string]any {
	protected := maps.Clone(annotations)
	if protected == nil {
		protected = make(map[string]any)
	}
	for _, a := range WriteProtected() {
		protected[a.Name()] = a.(API).merged(annotations[a.Name()])
	}
	return protected
}

var _ schema.Merger = API{}
