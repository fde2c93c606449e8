// Package domain is what the program is about. It knows neither ent nor entocc.
package domain

import "errors"

// ErrConflict reports that somebody else has changed what was to be saved.
var ErrConflict = errors.New("changed by somebody else")

// User is somebody with an account.
type User struct {
	ID    int
	Name  string
	Email string
	// Version is what the repository gave with the User, and gets back with it. Its text means nothing to anybody else.
	Version string
}
