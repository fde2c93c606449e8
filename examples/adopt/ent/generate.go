// Package ent is the generated client of the Chinook database.
package ent

//go:generate go run entc.go
