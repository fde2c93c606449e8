package write

import (
	"context"
	"reflect"
	"slices"
	"strings"

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
	key, ok := keyOf(text, args, columns)
	if !ok {
		return
	}
	if id := idOf(key); t.sameType(id) {
		t.take(key, id)
		t.text, t.args = text, args
	}
}

// keyOf returns the values that a conjunction of plain conditions has the columns equal; false where it leaves one open, and
// for any other text.
func keyOf(text string, args []any, columns []string) (key []any, ok bool) {
	key = make([]any, len(columns))
	named := 0
	for more := true; more; {
		var part string
		part, text, more = strings.Cut(text, " AND ")
		c, ok := plainCondition(part)
		if !ok || c.values > len(args) {
			return nil, false
		}
		if i := slices.Index(columns, c.column); c.equal && i >= 0 && key[i] == nil {
			key[i] = args[0]
			named++
		}
		args = args[c.values:]
	}
	return key, named == len(columns) && len(args) == 0
}

// condition is one of a single column, as ent writes it.
type condition struct {
	column string
	// equal reports that the column equals a value, and values is how many values there are.
	equal  bool
	values int
}

// plainCondition reads a condition, which may be in parentheses with others of the conjunction: they don't matter there.
func plainCondition(text string) (c condition, ok bool) {
	text, not := strings.CutPrefix(strings.TrimLeft(text, "("), "NOT ")
	if c.column, text, ok = identifier(text); !ok {
		return c, false
	}
	text = strings.TrimRight(text, ")")
	switch text {
	case "", " IS NULL", " IS NOT NULL":
		return c, true
	}
	operator, value, ok := strings.Cut(strings.TrimPrefix(text, " "), " ")
	switch operator {
	case "=", "<>", "<", ">", "<=", ">=", "LIKE":
		c.equal, c.values = operator == "=" && !not, 1
		return c, ok && isPlaceholder(value)
	case "NOT":
		operator, value, ok = strings.Cut(value, " ")
	}
	if !ok || operator != "IN" {
		return c, false
	}
	value, ok = strings.CutPrefix(value, "(")
	for more := ok; more; c.values++ {
		var one string
		one, value, more = strings.Cut(value, ", ")
		ok = ok && isPlaceholder(one)
	}
	return c, ok
}

// identifier cuts a quoted column, which may be qualified, off a text.
func identifier(text string) (name, rest string, ok bool) {
	for i := 0; i < len(text) && (text[i] == '`' || text[i] == '"'); {
		end := strings.IndexByte(text[i+1:], text[i])
		if end <= 0 || strings.ContainsAny(text[i+1:i+1+end], "`\"?$()") {
			return "", "", false
		}
		i += end + 2
		if i == len(text) || text[i] != '.' {
			return text[:i], text[i:], true
		}
		i++
	}
	return "", "", false
}

// isPlaceholder reports whether a text is the placeholder of an argument.
func isPlaceholder(text string) bool {
	number, ok := strings.CutPrefix(text, "$")
	return text == "?" || ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// idOf returns a primary key as conflicts show it: a list for a composite one.
func idOf(key []any) any {
	if len(key) == 1 {
		return key[0]
	}
	return key
}

// sameType reports whether the values of a key have the types that an entity has for it.
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

// isUsual reports whether a value has the Go type that ent gives to a type of column.
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

// argsFirst adds the arguments of the predicates to a statement that begins, where placeholders have numbers.
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

// equalsKey reports whether the predicates are text that stands for the row's key, and may be joined by AND.
func (t *theRow) equalsKey() bool { return t != nil && t.text != "" }
