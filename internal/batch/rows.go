package batch

import (
	"database/sql/driver"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/sqltext"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
	"github.com/google/uuid"
)

// rowList builds a statement about a list of rows: their keys, their expected versions, and whatever else the statement
// says about each.
type rowList struct {
	*sqltext.Text
	// table is the quoted name of the table, and version the name of the version column.
	table, version string
	// n is the number of rows.
	n int
	// columns starts with the columns of the primary key, keys of them; the expected version follows, if the rows are
	// guarded.
	columns []rowColumn
	keys    int
	guarded bool
	// cells are the values, row by row.
	cells []any
	// numeric reports that the key is one integer; the rows of an update are then in the order of their keys.
	numeric bool
	// zero reports that the expected version of all rows is the zero version, which also stands for NULL.
	zero bool
}

// rowColumn is a column of the list.
type rowColumn struct {
	name   string
	binary bool
	// fixed reports that all rows have the same value in it.
	fixed bool
	// number is the column's position among those that are not fixed, from 1.
	number int
}

// newRowList starts a list of n rows of the table.
func newRowList(d string, table *sql.SelectTable, s *version.Schema, n int) rowList {
	l := rowList{Text: sqltext.New(d, 16*n+512, 0), version: s.Column, n: n}
	b := &sql.Builder{}
	b.SetDialect(d)
	l.table = strings.TrimSuffix(table.C(s.Column), "."+b.Quote(s.Column))
	return l
}

// addRow adds the values of a row, in the order of the columns. The first row names them.
func (l *rowList) addRow(row []write.Assignment) {
	if l.columns == nil {
		l.columns, l.cells = make([]rowColumn, len(row)), make([]any, 0, l.n*len(row))
		for i, a := range row {
			l.columns[i] = rowColumn{name: a.Column, binary: a.Binary, fixed: true}
		}
	}
	for i, a := range row {
		if c := &l.columns[i]; c.fixed && len(l.cells) >= len(row) {
			c.fixed = same(l.cells[i], a.Value)
		}
		l.cells = append(l.cells, a.Value)
	}
}

// row returns the values of a row.
func (l *rowList) row(i int) []any { return l.cells[i*len(l.columns) : (i+1)*len(l.columns)] }

// same reports whether two values are the same argument. For values that could stand for more than one SQL value, it
// returns false.
func same(a, b any) bool {
	switch a.(type) {
	case int, int64, string, bool, time.Time, uuid.UUID:
		return a == b
	case nil, driver.Valuer:
		return false
	}
	switch reflect.TypeOf(a).Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return a == b
	default:
		return false
	}
}

// column writes a column of the table.
func (l *rowList) column(name string) {
	l.Write(l.table).Write(".").Ident(name)
}

// values writes the rows as (VALUES (..), (..)), without the fixed columns. PostgreSQL takes their types from a first
// row of NULLs that have the types of the table's columns; that row matches nothing.
func (l *rowList) values() {
	varying := l.number()
	l.Write("(VALUES ")
	if l.Dialect == dialect.Postgres {
		for i, k := range varying {
			l.Write([]string{"(", ", "}[min(i, 1)]).Write("(NULL::" + l.table + ").").Ident(l.columns[k].name)
		}
		l.Write("), ")
	}
	l.Args = slices.Grow(l.Args, l.n*len(varying))
	for i := range l.n {
		row, separator := l.row(i), byte('(')
		if i > 0 {
			l.Write(", ")
		}
		for _, k := range varying {
			l.Buf = append(l.Buf, separator)
			separator = ','
			l.Arg(row[k])
		}
		l.Buf = append(l.Buf, ')')
	}
	l.Write(")")
}

// isIn writes the condition that a table row is one of the list, for databases that compare rows.
func (l *rowList) isIn() {
	separator := "("
	for _, k := range l.number() {
		l.Write(separator)
		l.column(l.columns[k].name)
		separator = ", "
	}
	l.Write(") IN ")
	l.values()
	for k, c := range l.columns {
		if c.fixed {
			l.Write(" AND ").Write(l.table).Write(".").Ident(c.name).Write(" = ").Arg(l.cells[k])
		}
	}
}

// number numbers the columns that are not fixed, and returns their positions.
func (l *rowList) number() (varying []int) {
	for i := range l.columns {
		if c := &l.columns[i]; !c.fixed {
			varying = append(varying, i)
			c.number = len(varying)
		}
	}
	return varying
}

// valueOf writes the i-th column of the list, which is called entocc_rows.
func (l *rowList) valueOf(i int) {
	if c := l.columns[i]; !c.fixed {
		l.Write("entocc_rows.column").Write(strconv.Itoa(c.number))
		return
	}
	l.Arg(l.cells[i])
}

// joins writes the condition that a table row is one of the list called entocc_rows.
func (l *rowList) joins() {
	for i := range l.keys {
		if i > 0 {
			l.Write(" AND ")
		}
		l.column(l.columns[i].name)
		l.Write(" = ")
		l.valueOf(i)
	}
	if l.guarded {
		l.Write(" AND ")
		l.guard(func() { l.valueOf(l.keys) })
	}
}

// guard compares the version with the expected one.
func (l *rowList) guard(expected func()) {
	if l.zero {
		l.Write("(")
	}
	l.column(l.version)
	l.Write(" = ")
	expected()
	if l.zero {
		l.Write(" OR ")
		l.column(l.version)
		l.Write(" IS NULL)")
	}
}

// returning writes the columns that a statement returns.
func (l *rowList) returning(columns []string) {
	l.Write(" RETURNING ")
	for i, c := range columns {
		if i > 0 {
			l.Write(", ")
		}
		l.column(c)
	}
}
