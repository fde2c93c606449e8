package occhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// MergePatchType is the media type of a JSON Merge Patch (RFC 7396).
const MergePatchType = "application/merge-patch+json"

// Patch is a JSON Merge Patch of a resource (RFC 7396): a member that is present is set, null clears it, and an absent one
// stays as it is. Pass its members to the builder of a guarded write, and check Err before the write:
//
//	patch, err := occhttp.ReadPatch(w, r, maxBody)
//	if err != nil {
//		return err
//	}
//	update := client.User.UpdateOneID(id).IfMatch(occhttp.IfMatch(r))
//	occhttp.Set(patch, "name", update.SetName)                              // null is refused
//	occhttp.SetOrClear(patch, "phone", update.SetPhone, update.ClearPhone)
//	if err := patch.Err(); err != nil {
//		return err // 400: a member of another type, or one that nothing here takes
//	}
//	u, err := update.Save(r.Context())
//
// So clients set only what they changed, and two that change different members lose nothing of each other even if If-Match
// is optional.
type Patch struct {
	members map[string]json.RawMessage
	taken   map[string]bool
	err     error
}

// ReadPatch reads the body of a request, at most limit bytes of it. A media type other than [MergePatchType] and
// application/json is 415, with Accept-Patch (RFC 5789); anything that is not a JSON object, or names a member twice, is
// 400.
func ReadPatch(w http.ResponseWriter, r *http.Request, limit int64) (*Patch, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != MergePatchType && media != "application/json" {
		w.Header().Set("Accept-Patch", MergePatchType)
		return nil, &Problem{Status: http.StatusUnsupportedMediaType, Detail: "Send the changes as " + MergePatchType + "."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, err
	}
	return ParsePatch(body)
}

// ParsePatch reads a patch of a resource. What is not a JSON object, or names a member twice, is a [*Problem] with 400.
func ParsePatch(data []byte) (*Patch, error) {
	value, err := parseJSON(data)
	if err != nil {
		return nil, badPatch("The body is not valid JSON: " + err.Error() + ".")
	}
	if _, ok := value.(map[string]any); !ok {
		return nil, badPatch("The body is not a JSON object.")
	}
	p := &Patch{taken: make(map[string]bool)}
	return p, json.Unmarshal(data, &p.members)
}

func badPatch(detail string) *Problem {
	return &Problem{Status: http.StatusBadRequest, Title: "Malformed patch", Detail: detail}
}

// Has reports whether the patch has a member, even one that is null.
func (p *Patch) Has(name string) bool { return p.members[name] != nil }

// Members returns the names of the members, sorted.
func (p *Patch) Members() []string {
	names := make([]string, 0, len(p.members))
	for name := range p.members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Err returns the first problem with a member that [Set], [SetOrClear] or [Merge] has met, or one with a member that none of them has
// asked for: what a client sends is never dropped silently. It is a [*Problem] with 400.
func (p *Patch) Err() error {
	if p.err != nil {
		return p.err
	}
	for _, name := range p.Members() {
		if !p.taken[name] {
			return badPatch(fmt.Sprintf("%s can't be changed here.", name))
		}
	}
	return nil
}

// take returns the text of a member, nil for one that is absent.
func (p *Patch) take(name string) json.RawMessage {
	p.taken[name] = true
	return p.members[name]
}

func (p *Patch) fail(name, detail string) {
	if p.err == nil {
		p.err = badPatch(name + " " + detail)
	}
}

// Set sets a member that can't be cleared: null is a problem. A value that is a JSON object is one too, see [Merge].
func Set[T, B any](p *Patch, name string, set func(T) B) {
	if text := p.take(name); isNull(text) {
		p.fail(name, "can't be null.")
	} else if text != nil {
		decode(p, name, text, func(v T) { set(v) })
	}
}

// SetOrClear sets a member, or clears it where it is null. A value that is a JSON object is a problem, see [Merge].
func SetOrClear[T, B, C any](p *Patch, name string, set func(T) B, clear func() C) {
	if text := p.take(name); isNull(text) {
		clear()
	} else if text != nil {
		decode(p, name, text, func(v T) { set(v) })
	}
}

// Merge sets a member that holds a JSON object to what the patch makes of its current value (RFC 7396, section 2): members of it that
// the patch does not name are kept. null is a problem. The current value is that of an entity, so the write must expect the version of
// this entity:
//
//	u, err := client.User.Get(ctx, id)
//	..
//	update := u.Update().IfMatch(occhttp.IfMatch(r).For(u))
//	occhttp.Merge(patch, "settings", u.Settings, update.SetSettings)
func Merge[T, B any](p *Patch, name string, current T, set func(T) B) {
	if text := p.take(name); isNull(text) {
		p.fail(name, "can't be null.")
	} else if text != nil {
		merge(p, name, text, current, func(v T) { set(v) })
	}
}

// MergeOrClear is [Merge] for a member that null clears.
func MergeOrClear[T, B, C any](p *Patch, name string, current T, set func(T) B, clear func() C) {
	if text := p.take(name); isNull(text) {
		clear()
	} else if text != nil {
		merge(p, name, text, current, func(v T) { set(v) })
	}
}

func merge[T any](p *Patch, name string, text json.RawMessage, current T, set func(T)) {
	if !fits[T](p, name, text) {
		return
	}
	target, err := json.Marshal(current)
	if err == nil {
		text, err = MergePatch(target, text)
	}
	if err != nil {
		p.fail(name, "can't be merged.")
		return
	}
	unmarshal(p, name, text, set)
}

func decode[T any](p *Patch, name string, text json.RawMessage, set func(T)) {
	if text[0] == '{' {
		p.fail(name, "can't be set to an object.")
		return
	}
	if fits[T](p, name, text) {
		unmarshal(p, name, text, set)
	}
}

// fits reports whether a value has nothing that package json would take for something else, see [misfit].
func fits[T any](p *Patch, name string, text json.RawMessage) bool {
	value, err := parseJSON(text)
	if err != nil {
		p.fail(name, "can't be read.") // The whole of the patch has been.
		return false
	}
	if problem := misfit(reflect.TypeFor[T](), value); problem != "" {
		p.fail(name, "can't be set to that: "+problem+".")
		return false
	}
	return true
}

func unmarshal[T any](p *Patch, name string, text []byte, set func(T)) {
	var v T
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		p.fail(name, "can't be set to that: "+reason(err)+".")
		return
	}
	set(v)
}

// reason says what is wrong with a value without the names of Go types.
func reason(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return "it has the wrong type, " + wrong.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func isNull(text json.RawMessage) bool { return string(text) == "null" }

// MergePatch applies a JSON Merge Patch to a document (RFC 7396, section 2). Numbers stay as they are written. A document
// that names a member twice is an error, and so is anything that is not JSON.
func MergePatch(target, patch []byte) ([]byte, error) {
	t, err := parseJSON(target)
	if err != nil {
		return nil, fmt.Errorf("occhttp: the document: %w", err)
	}
	p, err := parseJSON(patch)
	if err != nil {
		return nil, fmt.Errorf("occhttp: the patch: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(mergeJSON(t, p)); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

func mergeJSON(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = make(map[string]any)
	}
	for name, change := range changes {
		if change == nil {
			delete(object, name)
		} else {
			object[name] = mergeJSON(object[name], change)
		}
	}
	return object
}
