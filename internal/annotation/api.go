package annotation

import (
	"encoding/json"
	"maps"

	"entgo.io/ent/schema"
)

// API is a field annotation for an API generator, under the generator's name. No generator is imported here.
type API struct {
	name   string
	values map[string]any
}

// WriteProtected keeps a field out of what clients of an API can send: entgql's inputs for creation and update, and
// entoas's request bodies. entproto has no such option.
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

// Merge adds what a schema says with the generator's own annotation, which can't remove the protection.
func (a API) Merge(other schema.Annotation) schema.Annotation { return API{a.name, a.merged(other)} }

// merged returns what both annotations say; another was read from JSON by ent, or is a generator's own annotation.
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

// Protect is [WriteProtected] for a field that the schema itself declares, in ent's code generator.
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
