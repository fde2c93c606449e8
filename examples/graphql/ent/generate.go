// Package ent is the client of the todo application.
package ent

//go:generate go run entc.go
