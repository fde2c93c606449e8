// Package ent is the client that several of the examples share: users and accounts.
package ent

//go:generate go run entc.go
