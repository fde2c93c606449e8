package sqltext

import (
	"slices"
	"strings"
)

// KeyOf returns the values to which a conjunction of plain conditions compares the columns; false if it leaves one
// open, and for any other text.
func KeyOf(text string, args []any, columns []string) (key []any, ok bool) {
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

// condition is a condition on a single column, as ent writes it.
type condition struct {
	column string
	// equal reports that the column equals a value, and values is how many values there are.
	equal  bool
	values int
}

// plainCondition reads a condition, which may be in parentheses with others of the conjunction: there, they don't
// matter.
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

// identifier cuts a quoted column, which may be qualified, from the start of a text.
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
