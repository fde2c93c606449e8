// Package schema has one type more than testdata/versioned.
package schema

import "github.com/entocc/entocc/entc/testdata/versioned/schema"

// User is the same as there.
type User struct{ schema.User }

// Person is the same as there.
type Person struct{ schema.User }

// Guest is the additional type.
type Guest struct{ schema.User }
