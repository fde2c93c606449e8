package main

// The resolvers need the client, and gqlgen needs the schema that entgql writes.
//go:generate go generate ./ent
//go:generate go tool gqlgen generate
