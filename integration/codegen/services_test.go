package codegen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The services that entproto generates write by ID. The test compiles and runs them with the interceptor of package
// occgrpc, unchanged and with an Update that knows the version.
func TestGenerate_ServicesOfEntproto(t *testing.T) {
	needsEverything(t) // No other test needs their plugins and grpc-go.
	m := module{t, folder(t)}
	require.NoError(t, os.CopyFS(m.dir, os.DirFS(filepath.Join("testdata", "services"))))
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	m.write("go.mod", strings.ReplaceAll(m.testdata("services/go.mod"), "../../../..", root))
	m.run("run", "-mod=mod", "./generator")
	m.run("run", "-mod=mod", "./plugins", "ent/proto", "entpb/entpb.proto",
		"google.golang.org/protobuf/cmd/protoc-gen-go=paths=source_relative",
		"google.golang.org/grpc/cmd/protoc-gen-go-grpc=paths=source_relative",
		"entgo.io/contrib/entproto/cmd/protoc-gen-entgrpc=paths=source_relative,schema_path=./ent/schema")
	m.run("test", "-mod=mod", "-vet=off", unoptimized, "./notes")
}
