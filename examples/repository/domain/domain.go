// Package domain is what the program is about. It knows neither ent nor entocc.
package domain

import "errors"

// ErrConflict reports that somebody else has changed what the caller wanted to save.
var ErrConflict = errors.New("changed by somebody else")

// User is somebody with an account.
type User struct {
	ID    int
	Name  string
	Email string
	// Version comes from the repository with the User, and goes back with it. Its text means something only to the repository.
	Version string
}
