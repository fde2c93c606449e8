package occgrpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/entocc/entocc/occgrpc"
)

func TestMask_LeadsThroughMessagesAlone(t *testing.T) {
	retry := &errdetails.RetryInfo{RetryDelay: durationpb.New(1)}
	mask := func(resource proto.Message, paths ...string) *occgrpc.Mask {
		m, err := occgrpc.NewMask(resource, &fieldmaskpb.FieldMask{Paths: paths})
		require.NoError(t, err)
		return m
	}
	part := mask(retry, "retry_delay.seconds")
	assert.True(t, part.Has("retry_delay.seconds"))
	assert.False(t, part.Has("retry_delay.nanos"))
	assert.False(t, part.Has("retry_delay"), "not as a whole")
	for _, whole := range []*occgrpc.Mask{mask(retry, "retry_delay"), mask(retry, "*"), mask(retry)} {
		assert.True(t, whole.Has("retry_delay"))
		assert.True(t, whole.Has("retry_delay.nanos"))
	}
	assert.True(t, mask(&errdetails.RetryInfo{}).Empty(), "nothing is populated")
	assert.Panics(t, func() { part.Has("retry_delais") }, "a typing error of the service would never be noticed")

	for resource, paths := range map[proto.Message][]string{
		&errdetails.ErrorInfo{}:  {"metadata.key", "reason.x", "Reason", "reason,domain", ".", "*.reason"},
		&errdetails.BadRequest{}: {"field_violations.0", "field_violations.0.field", "field_violations.field", "field_violations.*"},
		retry:                    {"retry_delay.", "retry_delay..seconds", ".retry_delay", "retryDelay", "*"},
	} {
		for _, path := range paths {
			_, err := occgrpc.NewMask(resource, &fieldmaskpb.FieldMask{Paths: []string{path, "*"}})
			var bad *occgrpc.MaskError
			require.ErrorAs(t, err, &bad, path)
			assert.Equal(t, path, bad.Path)
		}
	}
}

func TestMask_LeavesWhatIsAnnotatedAsOutputOnly(t *testing.T) {
	resource := annotated(t)
	resource.Set(resource.Descriptor().Fields().ByName("created"), protoreflect.ValueOfString("2026"))
	resource.Set(resource.Descriptor().Fields().ByName("title"), protoreflect.ValueOfString("x"))
	for _, paths := range [][]string{nil, {"*"}, {"title", "created", "title", "etag"}} {
		mask, err := occgrpc.NewMask(resource, &fieldmaskpb.FieldMask{Paths: paths})
		require.NoError(t, err)
		assert.Equal(t, []string{"title"}, mask.Paths(), paths)
		assert.False(t, mask.Has("created"), paths)
	}
	mask, err := occgrpc.NewMask(resource, nil, occgrpc.OutputOnly("title"))
	require.NoError(t, err)
	assert.True(t, mask.Empty())
}

// annotated returns a message whose field "created" is OUTPUT_ONLY (AIP-203).
func annotated(t *testing.T) *dynamicpb.Message {
	t.Helper()
	field := func(name string, number int32) *descriptorpb.FieldDescriptorProto {
		return &descriptorpb.FieldDescriptorProto{
			Name: &name, Number: &number, Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}
	}
	created := field("created", 2)
	created.Options = &descriptorpb.FieldOptions{}
	proto.SetExtension(created.Options, annotations.E_FieldBehavior, []annotations.FieldBehavior{annotations.FieldBehavior_OUTPUT_ONLY})
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("book.proto"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("Book"), Field: []*descriptorpb.FieldDescriptorProto{field("title", 1), created, field("etag", 3)},
		}},
	}, nil)
	require.NoError(t, err)
	return dynamicpb.NewMessage(file.Messages().Get(0))
}
