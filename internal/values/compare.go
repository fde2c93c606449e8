package values

import (
	"math"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc/internal/version"
)

// Predicate returns the condition that a column, whose quoted name is ident, holds the value that was seen in it.
func Predicate(c *version.Compared, d, ident string, seen Seen) *sql.Predicate {
	isNull := ident + " IS NULL"
	if seen.Value == nil && seen.EmptyIsNull {
		isNull = "(" + isNull + " OR " + ident + " = X'')"
	}
	if seen.Value == nil || d == dialect.SQLite && isNaN(seen.Value) { // SQLite stores NaN as NULL.
		return sql.P(func(b *sql.Builder) { b.WriteString(isNull) })
	}
	compare := comparison{Compared: c, ident: ident, seen: seen, own: baseType(c.Types[d]), ownFull: c.Types[d]}
	return sql.P(func(b *sql.Builder) {
		if seen.OrNull && c.Optional {
			b.WriteString("(" + isNull + " OR ")
			defer b.WriteString(")")
		}
		switch d {
		case dialect.Postgres:
			compare.postgres(b)
		case dialect.MySQL:
			compare.mysql(b)
		default:
			compare.sqlite(b)
		}
	})
}

// comparison compares a column with what was seen in it.
type comparison struct {
	*version.Compared
	ident string
	seen  Seen
	// own is the column type that the schema sets, in lower case and without arguments; ownFull has them.
	own, ownFull string
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

// baseType returns decimal for "DECIMAL(10,2) UNSIGNED".
func baseType(t string) string {
	t = strings.ToLower(strings.TrimSpace(t))
	if i := strings.IndexAny(t, " ("); i >= 0 && !strings.HasPrefix(t, "double precision") {
		t = t[:i]
	}
	return t
}

// text returns the value as text if it is text; PostgreSQL drivers send bytes as bytea.
func (c *comparison) text() any {
	if b, ok := c.seen.Value.([]byte); ok {
		return string(b)
	}
	return c.seen.Value
}

// bytes returns the value as bytes if it is text.
func (c *comparison) bytes() any {
	if s, ok := c.seen.Value.(string); ok {
		return []byte(s)
	}
	return c.seen.Value
}

// equals writes a comparison by the database's own rules for the type.
func (c *comparison) equals(b *sql.Builder, v any) {
	b.WriteString(c.ident + " = ").Arg(v)
}

// postgres compares texts by their bytes, whatever the column's collation; types without a comparison of their own, or
// with a coarse one (json, point, box, citext), are compared as the text that the database makes of them.
func (c *comparison) postgres(b *sql.Builder) {
	typ := c.ownFull
	switch {
	case c.own == "bytea", c.own == "serial", c.own == "bigserial", c.own == "smallserial":
		c.equals(b, c.seen.Value)
		return
	case typ == "" && c.Kind == version.ValueJSON:
		typ = "jsonb"
	case typ == "" && c.Kind == version.ValueText:
		b.WriteString("CAST(" + c.ident + ` AS text) COLLATE "C" = `).Arg(c.text())
		return
	case typ == "" && c.Kind != version.ValueOther:
		c.equals(b, c.seen.Value)
		return
	}
	b.WriteString("CAST(" + c.ident + ` AS text) COLLATE "C" = CAST(CAST(`).Arg(c.text()).WriteString(" AS " + typ + ") AS text)")
}

// mysql compares texts by their bytes, because its collations treat different texts as equal. What is text in the table
// is text here, whatever its type in Go.
func (c *comparison) mysql(b *sql.Builder) {
	value, isTime := c.seen.Value.(time.Time)
	_, isText := c.seen.Value.(string)
	switch family := mysqlFamily(c.own); {
	case isTime && c.own == "date":
		b.WriteString(c.ident + " = CAST(").Arg(value).WriteString(" AS DATE)")
	case isTime && family != mysqlText:
		b.WriteString(c.ident + " = CAST(").Arg(value).WriteString(" AS DATETIME" + c.precision() + ")")
	case family == mysqlDecimal:
		b.WriteString(c.ident + " = CAST(").Arg(c.text()).WriteString(" AS DECIMAL" + arguments(c.ownFull) + ")")
	case family == mysqlBinary, c.own == "" && c.Kind == version.ValueBytes:
		c.equals(b, c.bytes())
	case c.Kind == version.ValueUUID && isText:
		b.WriteString("LOWER(CONVERT(" + c.ident + " USING utf8mb4)) = LOWER(").Arg(c.seen.Value).WriteString(")")
	case family == mysqlText, isText, c.Kind == version.ValueText, c.Kind == version.ValueJSON:
		c.mysqlText(b)
	default:
		c.equals(b, c.seen.Value)
	}
}

// mysqlText compares two texts. MySQL 8 writes the text of a JSON document in its own way. MariaDB has no such type and
// does not; to it, these comments are just comments.
func (c *comparison) mysqlText(b *sql.Builder) {
	from, to := "", ""
	if c.Kind == version.ValueJSON && (c.own == "" || c.own == "json") {
		from, to = "/*!80000 CAST( */ ", " /*!80000 AS JSON) */"
	}
	b.WriteString("CAST(CONVERT(" + c.ident + " USING utf8mb4) AS BINARY) = CAST(CONVERT(" + from).Arg(c.text()).WriteString(to + " USING utf8mb4) AS BINARY)")
}

// precision is the precision of the column for a time that was given, because the database rounded it. A time that was
// read is already rounded.
func (c *comparison) precision() string {
	if !c.seen.Given {
		return "(6)"
	}
	return arguments(c.ownFull)
}

// sqlite compares the bytes of texts and blobs: a column may hold either, whatever its type, and may have a collation.
func (c *comparison) sqlite(b *sql.Builder) {
	switch v := c.seen.Value.(type) {
	case time.Time:
		if c.seen.Given {
			c.sqliteGivenTime(b, v)
		} else {
			c.sqliteReadTime(b, v)
		}
		return
	case string, []byte:
		if c.Kind == version.ValueUUID {
			b.WriteString("LOWER(CAST(" + c.ident + " AS TEXT)) = LOWER(").Arg(c.text()).WriteString(")")
			return
		}
		if c.own == "" || isSQLiteText(c.own) {
			b.WriteString("CAST(" + c.ident + " AS BLOB) = ").Arg(c.bytes())
			return
		}
	}
	b.WriteString(c.ident + " COLLATE BINARY = ").Arg(c.seen.Value)
}
