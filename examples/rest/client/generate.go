package client

// The package is what oapi-codegen makes of openapi.json, and does not know about entocc. Its users are in collide.go and client_test.go.
//
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config config.yaml ../openapi.json
