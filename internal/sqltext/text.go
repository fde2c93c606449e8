package sqltext

import (
	"strconv"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Text is the text of a statement and its arguments. It writes what ent's sql.Builder would, with a fraction of its
// allocations, and supports only plain identifiers and values: see [PlainIdent] and [NotPlain].
type Text struct {
	Dialect string
	Buf     []byte
	Args    []any
	err     error
}

// New returns an empty text of a dialect, with room for that many bytes and arguments.
func New(d string, size, args int) *Text {
	return &Text{Dialect: d, Buf: make([]byte, 0, size), Args: make([]any, 0, args)}
}

// Write writes SQL as it is.
func (t *Text) Write(s string) *Text {
	t.Buf = append(t.Buf, s...)
	return t
}

// Ident writes a quoted identifier.
func (t *Text) Ident(name string) *Text {
	quote := byte('`')
	if t.Dialect == dialect.Postgres {
		quote = '"'
	}
	t.Buf = append(t.Buf, quote)
	t.Buf = append(t.Buf, name...)
	t.Buf = append(t.Buf, quote)
	return t
}

// Arg writes the placeholder of a value, or NULL.
func (t *Text) Arg(v any) *Text {
	if v == nil {
		return t.Write("NULL")
	}
	t.Args = append(t.Args, v)
	if t.Dialect != dialect.Postgres {
		return t.Write("?")
	}
	t.Buf = append(t.Buf, '$')
	t.Buf = strconv.AppendInt(t.Buf, int64(len(t.Args)), 10)
	return t
}

// Join writes a part of the statement that ent's builder has built.
func (t *Text) Join(q sql.Querier) *Text {
	b := &sql.Builder{}
	b.SetDialect(t.Dialect)
	if t.Dialect == dialect.Postgres {
		b.SetTotal(len(t.Args))
	}
	b.Join(q)
	query, args := b.Query()
	if err := b.Err(); err != nil && t.err == nil {
		t.err = err
	}
	t.Args = append(t.Args, args...)
	return t.Write(query)
}

// Query returns the statement and its arguments.
func (t *Text) Query() (string, []any, error) { return string(t.Buf), t.Args, t.err }

// PlainIdent reports whether a name is simply quoted: ent treats others as functions, aliases and qualified names.
func PlainIdent(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// NotPlain reports whether a value is more than an argument: ent lets such values write their own SQL.
func NotPlain(v any) bool {
	switch v.(type) {
	case sql.Querier, sql.ParamFormatter:
		return true
	}
	return false
}
