// Package schema has names that generated code also uses.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

type versioned struct{ ent.Schema }

func (versioned) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func (versioned) Fields() []ent.Field { return []ent.Field{field.JSON("fields", []string{})} }

// Version has a package with the name of a variable in generated code.
type Version struct{ versioned }

// Entity has a package with the name of a variable in generated code.
type Entity struct{ versioned }

// Reader has a package with the name of a variable in generated code.
type Reader struct{ versioned }

// Current has a package with the name of a variable in generated code.
type Current struct{ versioned }

// Modified has a package with the name of a variable in generated code.
type Modified struct{ versioned }

// Is has a package with the name of a variable in generated code.
type Is struct{ versioned }

// Write has a package with the name of a variable in generated code.
type Write struct{ versioned }

// Rows has a package with the name of a variable in generated code.
type Rows struct{ versioned }

// Expected has a package with the name of a variable in generated code.
type Expected struct{ versioned }

// Builder has a package with the name of a variable in generated code.
type Builder struct{ versioned }

// Spec has a package with the name of a variable in generated code.
type Spec struct{ versioned }

// Column has a package with the name of a variable in generated code.
type Column struct{ versioned }
