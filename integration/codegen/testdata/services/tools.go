//go:build tools

package tools

import (
	_ "entgo.io/contrib/entproto/cmd/protoc-gen-entgrpc"
	_ "google.golang.org/grpc/cmd/protoc-gen-go-grpc"
	_ "google.golang.org/protobuf/cmd/protoc-gen-go"
)
