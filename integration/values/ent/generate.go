// Package ent is a generated client whose types are guarded by the values of their rows.
package ent

//go:generate go run entc.go
