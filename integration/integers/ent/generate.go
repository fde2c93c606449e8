// Package ent is a generated client whose types are guarded by integers of every kind.
package ent

//go:generate go run entc.go
