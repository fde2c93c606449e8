package occgrpc

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// Mask says which fields of a resource a request sets (AIP-134, AIP-161).
type Mask struct {
	paths      []string
	outputOnly []string
	message    protoreflect.MessageDescriptor
}

// MaskError reports a path of an update mask that names no field of the resource. Its status is INVALID_ARGUMENT.
// Nothing was written.
type MaskError struct {
	// Path is the path that was sent.
	Path string
	// Reason says what is wrong with it, in a text for the client.
	Reason string
}

// Error names the path.
func (e *MaskError) Error() string {
	return fmt.Sprintf("occgrpc: update_mask: %q: %s", e.Path, e.Reason)
}

// MaskOption changes which fields of a resource can be set.
type MaskOption func(*maskOptions)

type maskOptions struct{ outputOnly []string }

// OutputOnly names fields that a client can't set: a mask may name them, but they are left unchanged (AIP-161). Fields
// that are annotated as OUTPUT_ONLY or IDENTIFIER (AIP-203), name and etag are always included.
//
//	occgrpc.NewMask(r.User, r.UpdateMask, occgrpc.OutputOnly("create_time", "state"))
func OutputOnly(paths ...string) MaskOption {
	return func(o *maskOptions) { o.outputOnly = append(o.outputOnly, paths...) }
}

// NewMask returns the mask of a request for a resource. No mask means all populated fields of the resource, and "*"
// means all its fields, so that fields that are not populated are cleared (AIP-134). A path that names no field is a
// [*MaskError].
func NewMask(resource proto.Message, mask *fieldmaskpb.FieldMask, opts ...MaskOption) (*Mask, error) {
	o := maskOptions{outputOnly: []string{"name", "etag"}}
	for _, opt := range opts {
		opt(&o)
	}
	message := resource.ProtoReflect()
	fields := message.Descriptor().Fields()
	m := &Mask{outputOnly: o.outputOnly, message: message.Descriptor()}
	switch paths := mask.GetPaths(); {
	case len(paths) == 0:
		message.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
			m.add(f, string(f.Name()))
			return true
		})
		slices.Sort(m.paths)
	case len(paths) == 1 && paths[0] == "*":
		for i := range fields.Len() {
			m.add(fields.Get(i), string(fields.Get(i).Name()))
		}
	default:
		for _, path := range paths {
			f, err := fieldAt(message.Descriptor(), path)
			if err != nil {
				return nil, err
			}
			m.add(f, path)
		}
	}
	return m, nil
}

func (m *Mask) add(f protoreflect.FieldDescriptor, path string) {
	if !m.isOutputOnly(f, path) && !slices.Contains(m.paths, path) {
		m.paths = append(m.paths, path)
	}
}

func (m *Mask) isOutputOnly(f protoreflect.FieldDescriptor, path string) bool {
	return slices.Contains(m.outputOnly, path) || isOutputOnly(f)
}

// Paths returns the fields to be set, without those that are output only.
func (m *Mask) Paths() []string { return slices.Clone(m.paths) }

// Has reports whether a request sets a field, by its own path or by the path of a message that contains it. It panics
// for a path that names no field of the resource, because such a field would never be set.
//
//	if mask.Has("author.given_name") {
//		update.SetGivenName(r.Book.GetAuthor().GetGivenName())
//	}
func (m *Mask) Has(path string) bool {
	f, err := fieldAt(m.message, path)
	if err != nil {
		panic(err)
	}
	if m.isOutputOnly(f, path) {
		return false
	}
	for _, p := range m.paths {
		if p == path || strings.HasPrefix(path, p+".") {
			return true
		}
	}
	return false
}

// Empty reports whether a request sets no field.
func (m *Mask) Empty() bool { return len(m.paths) == 0 }

// fieldAt returns the field that a path names: through messages, but not into lists or maps.
func fieldAt(message protoreflect.MessageDescriptor, path string) (field protoreflect.FieldDescriptor, err error) {
	for name := range strings.SplitSeq(path, ".") {
		switch {
		case path == "*":
			return nil, &MaskError{Path: path, Reason: "it stands alone"}
		case message == nil:
			return nil, &MaskError{Path: path, Reason: fmt.Sprintf("%s has no fields that can be set", field.Name())}
		}
		if field = message.Fields().ByName(protoreflect.Name(name)); field == nil {
			return nil, &MaskError{Path: path, Reason: fmt.Sprintf("%s has no such field", message.Name())}
		}
		message = nil
		if field.Message() != nil && !field.IsList() && !field.IsMap() {
			message = field.Message()
		}
	}
	return field, nil
}

// isOutputOnly reads google.api.field_behavior, if the program links it.
func isOutputOnly(f protoreflect.FieldDescriptor) bool {
	const outputOnly, identifier = 3, 8
	behavior, err := protoregistry.GlobalTypes.FindExtensionByName("google.api.field_behavior")
	if err != nil || !proto.HasExtension(f.Options(), behavior) {
		return false
	}
	list := f.Options().ProtoReflect().Get(behavior.TypeDescriptor()).List()
	for i := range list.Len() {
		if n := list.Get(i).Enum(); n == outputOnly || n == identifier {
			return true
		}
	}
	return false
}
