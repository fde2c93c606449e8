// Command plugins replaces protoc, which not every machine has: it parses a file, and lets plugins generate code.
//
//	plugins folder file.proto plugin=parameters..
package main

import (
	"bytes"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jhump/protoreflect/desc"
	"github.com/jhump/protoreflect/desc/protoparse"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	folder, file := os.Args[1], os.Args[2]
	parser := protoparse.Parser{ImportPaths: []string{folder}}
	files, err := parser.ParseFiles(file)
	if err != nil {
		log.Fatal(err)
	}
	for _, arg := range os.Args[3:] {
		plugin, parameters, _ := strings.Cut(arg, "=")
		if err := run(folder, files[0], plugin, parameters); err != nil {
			log.Fatalf("%s: %v", plugin, err)
		}
	}
}

func run(folder string, file *desc.FileDescriptor, plugin, parameters string) error {
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: []string{file.GetName()}, Parameter: &parameters, ProtoFile: with(file)}
	in, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "run", "-mod=mod", plugin)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(out, &response); err != nil {
		return err
	}
	if response.Error != nil {
		log.Fatal(*response.Error)
	}
	for _, f := range response.File {
		if err := os.WriteFile(filepath.Join(folder, f.GetName()), []byte(f.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// with returns a file, preceded by those that it imports.
func with(file *desc.FileDescriptor) (all []*descriptorpb.FileDescriptorProto) {
	for _, imported := range file.GetDependencies() {
		all = append(all, with(imported)...)
	}
	return append(all, file.AsFileDescriptorProto())
}
