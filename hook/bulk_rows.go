package hook

import (
	"reflect"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// rowList builds a statement about a list of rows: their keys, the versions that they are expected to have, and what
// else the statement has to say about each.
type rowList struct {
	*sql.Builder
	d string
	// table is the quoted name of the table, and version the column of the version.
	table, version string
	// n is the number of rows.
	n int
	// columns begin with those of the primary key, keys of them; the expected version follows, if the rows are guarded.
	columns []rowColumn
	keys    int
	guarded bool
	// zero reports that the expected version of all rows is the zero one, which stands for NULL too.
	zero bool
}

// rowColumn is a column of the list.
type rowColumn struct {
	name   string
	binary bool
	values []any
}

// add adds a value to the i-th column.
func (l *rowList) add(i int, a assignment) {
	if i == len(l.columns) {
		l.columns = append(l.columns, rowColumn{a.column, a.binary, make([]any, 0, l.n)})
	}
	l.columns[i].values = append(l.columns[i].values, a.value)
}

// newRowList begins a list of n rows of the table.
func newRowList(d string, table *sql.SelectTable, s *Schema, n int) rowList {
	l := rowList{Builder: &sql.Builder{}, d: d, version: s.Column, n: n}
	l.SetDialect(d)
	l.table = strings.TrimSuffix(table.C(s.Column), "."+l.Quote(s.Column))
	return l
}

// column writes a column of the table.
func (l *rowList) column(name string) {
	l.WriteString(l.table).WriteByte('.').Ident(name)
}

// values writes the first n columns of the list as (VALUES (..), (..)). PostgreSQL takes their types from a first row of
// NULLs that have the types of the table's columns; it matches nothing.
func (l *rowList) values(n int) {
	l.WriteString("(VALUES ")
	if l.d == dialect.Postgres {
		l.each(n, func(c rowColumn) {
			l.WriteString("(NULL::" + l.table + ").").Ident(c.name)
		})
		l.Comma()
	}
	for row := range l.n {
		if row > 0 {
			l.Comma()
		}
		l.each(n, func(c rowColumn) { l.Arg(c.values[row]) })
	}
	l.WriteByte(')')
}

func (l *rowList) each(n int, write func(rowColumn)) {
	l.WriteByte('(')
	for i, c := range l.columns[:n] {
		if i > 0 {
			l.Comma()
		}
		write(c)
	}
	l.WriteByte(')')
}

// valueOf writes the i-th column of the list that is called entocc_rows.
func (l *rowList) valueOf(i int) {
	l.WriteString("entocc_rows.column" + strconv.Itoa(i+1))
}

// joins writes the condition that a row of the table is one of the list called entocc_rows.
func (l *rowList) joins() {
	for i := range l.keys {
		if i > 0 {
			l.WriteString(" AND ")
		}
		l.column(l.columns[i].name)
		l.WriteString(" = ")
		l.valueOf(i)
	}
	if l.guarded {
		l.WriteString(" AND ")
		l.guard(func() { l.valueOf(l.keys) })
	}
}

// anyOf writes the condition that a row of the table is one of the list, as a condition for each.
func (l *rowList) anyOf() {
	l.WriteByte('(')
	for row := range l.n {
		if row > 0 {
			l.WriteString(" OR ")
		}
		l.isRow(row)
		if l.guarded {
			l.WriteString(" AND ")
			l.guard(func() { l.Arg(l.columns[l.keys].values[row]) })
		}
	}
	l.WriteByte(')')
}

// isRow writes the condition that a row of the table has the key of a row of the list.
func (l *rowList) isRow(row int) {
	for i, c := range l.columns[:l.keys] {
		if i > 0 {
			l.WriteString(" AND ")
		}
		l.column(c.name)
		l.WriteString(" = ")
		l.Arg(c.values[row])
	}
}

// guard compares the version to the expected one.
func (l *rowList) guard(expected func()) {
	if l.zero {
		l.WriteByte('(')
	}
	l.column(l.version)
	l.WriteString(" = ")
	expected()
	if l.zero {
		l.WriteString(" OR ")
		l.column(l.version)
		l.WriteString(" IS NULL)")
	}
}

// caseOf writes the value of the i-th column for each row; one value, if all have the same.
func (l *rowList) caseOf(i int) {
	c := l.columns[i]
	if c.constant() {
		l.Arg(c.values[0])
		return
	}
	l.WriteString("CASE")
	for row, v := range c.values {
		l.WriteString(" WHEN ")
		l.isRow(row)
		l.WriteString(" THEN ")
		if c.binary && v != nil {
			l.Argf("CAST(? AS BINARY)", v)
			continue
		}
		l.Arg(v)
	}
	l.WriteString(" END")
}

// constant reports whether the column has one value for all rows.
func (c rowColumn) constant() bool {
	for _, v := range c.values {
		if v == nil || !reflect.TypeOf(v).Comparable() || v != c.values[0] {
			return false
		}
	}
	return true
}

// returning writes the columns that a statement returns.
func (l *rowList) returning(columns []string) {
	l.WriteString(" RETURNING ")
	for i, c := range columns {
		if i > 0 {
			l.Comma()
		}
		l.column(c)
	}
}
