// Package schema has a type more than that of versioned.
package schema

import "github.com/entocc/entocc/entc/testdata/versioned/schema"

// User is as there.
type User struct{ schema.User }

// Person is as there.
type Person struct{ schema.User }

// Guest is the one more.
type Guest struct{ schema.User }
