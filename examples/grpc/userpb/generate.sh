#!/bin/sh
# Generates the Go code of user.proto. It needs protoc (Debian: protobuf-compiler and libprotobuf-dev), so it is not a go:generate line.
set -e
cd "$(dirname "$0")"
GOBIN=$(mktemp -d)
export GOBIN
go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10
go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1
go install connectrpc.com/connect/cmd/protoc-gen-connect-go@v1.19.1
PATH=$GOBIN:$PATH protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative \
  --connect-go_out=. --connect-go_opt=paths=source_relative user.proto
rm -r "$GOBIN"
