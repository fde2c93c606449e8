package client

// oapi-codegen generates the package from openapi.json. It does not know about entocc. collide.go and client_test.go use it.
//
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config config.yaml ../openapi.json
