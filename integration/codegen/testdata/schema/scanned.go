package schema

import (
	"net/url"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Page has an ID that a ValueScanner writes.
type Page struct{ versioned }

func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").GoType(&url.URL{}).ValueScanner(field.BinaryValueScanner[*url.URL]{}),
		name(),
	}
}
