package project

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Age says which entocc generated a client.
type Age int

// The ages of generated code.
const (
	Plain   Age = iota // by ent alone
	Current            // for the contract of package occrun
	Older              // by an entocc from before that contract
)

// handshake is the name in package occrun that generated code refers to.
const handshake = "occrun.IsAtLeastVersion1"

// Generated returns which entocc generated the client.
func (c *Client) Generated() (Age, error) {
	data, err := os.ReadFile(filepath.Join(c.Target, "entocc.go"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Plain, nil
	case err != nil:
		return Plain, err
	case bytes.Contains(data, []byte(handshake)):
		return Current, nil
	}
	return Older, nil
}

// WasGenerated reports whether there is a client at all.
func (c *Client) WasGenerated() bool { return exists(filepath.Join(c.Target, "mutation.go")) }
