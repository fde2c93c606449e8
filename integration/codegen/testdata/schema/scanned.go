package schema

import (
	"database/sql"
	"net/url"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Page has an ID with a ValueScanner, and a field that keeps what it was scanned into.
type Page struct{ versioned }

func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").GoType(&url.URL{}).ValueScanner(field.BinaryValueScanner[*url.URL]{}),
		field.String("note").GoType(&sql.NullString{}).Optional(),
		name(),
	}
}
