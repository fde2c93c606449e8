//go:build tools

package tools

import (
	_ "github.com/99designs/gqlgen/graphql"
	_ "github.com/google/uuid"
	_ "github.com/hashicorp/go-multierror"
	_ "github.com/mattn/go-sqlite3"
	_ "github.com/stretchr/testify/require"
	_ "github.com/vmihailenco/msgpack/v5"
)
