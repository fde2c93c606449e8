package write

import (
	"context"
	"reflect"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/internal/sqltext"
	"github.com/google/uuid"
)

// pin takes the primary key from the predicates where they name it: then they match one row at most. They do where they are
// nothing but conditions of single columns, all of which must hold, and one of which is that the key equals a value of its
// own type. Another type could match several keys: MySQL compares texts with a number as numbers.
func (t *theRow) pin() {
	if t.predicate == nil {
		return
	}
	s := t.selector(context.Background())
	t.predicate(s)
	p := s.P()
	if s.Err() != nil || p == nil {
		return
	}
	p.SetDialect(t.dialect)
	text, args := p.Query()
	columns := t.columns()
	for i := range columns {
		columns[i] = s.C(columns[i])
	}
	key, ok := sqltext.KeyOf(text, args, columns)
	if !ok {
		return
	}
	if id := idOf(key); t.sameType(id) {
		t.take(key, id)
		t.text, t.args = text, args
	}
}

// idOf returns a primary key as conflicts show it: a list for a composite one.
func idOf(key []any) any {
	if len(key) == 1 {
		return key[0]
	}
	return key
}

// sameType reports whether the values of a key have the types that an entity uses for them.
func (t *theRow) sameType(id any) bool {
	if t.node.ID != nil && isUsual(t.node.ID.Type, id) {
		return true
	}
	_, _, key := t.m.VersionProbe()
	own := key()
	list, composite := own.([]any)
	if !composite {
		return reflect.TypeOf(id) == reflect.TypeOf(own)
	}
	given, ok := id.([]any)
	return ok && slices.EqualFunc(given, list, func(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) })
}

// isUsual reports whether a value has the Go type that ent gives to a column type.
func isUsual(t field.Type, id any) bool {
	switch id.(type) {
	case int:
		return t == field.TypeInt
	case int64:
		return t == field.TypeInt64
	case string:
		return t == field.TypeString
	case uuid.UUID:
		return t == field.TypeUUID
	}
	return false
}

// argsFirst adds the arguments of the predicates to a statement that begins with them, if placeholders have numbers.
func (t *theRow) argsFirst(to *sqltext.Text) {
	if t.dialect == dialect.Postgres {
		to.Args = append(to.Args, t.args...)
	}
}

// writeWhere adds the predicates.
func (t *theRow) writeWhere(to *sqltext.Text) {
	to.Write(" WHERE ").Write(t.text)
	if t.dialect != dialect.Postgres {
		to.Args = append(to.Args, t.args...)
	}
}

// equalsKey reports whether the predicates are text that equals the row's key, and may be joined with AND.
func (t *theRow) equalsKey() bool { return t != nil && t.text != "" }
