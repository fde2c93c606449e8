// Package ent is a generated client whose types are guarded by PostgreSQL's xmin.
package ent

//go:generate go run entc.go
