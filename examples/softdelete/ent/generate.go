// Package ent is the generated client of users whose rows are kept.
package ent

//go:generate go run entc.go
