package batch

import (
	"cmp"
	"slices"

	"github.com/entocc/entocc/internal/sqltext"
)

// MySQL and MariaDB search a list from its start. If the keys are integers, the lists are written so that this is not
// necessary: rows with a sorted IN, values with a CASE of CASEs.

// rowsPerCase is the number of rows in each inner CASE: about the square root of the number in a statement.
const rowsPerCase = 32

// sortByKey sorts rows by their keys if these are integers, and reports whether they are.
func sortByKey(rows []*slot) bool {
	if slices.ContainsFunc(rows, func(s *slot) bool { return s.key.other != nil }) {
		return false
	}
	slices.SortFunc(rows, func(a, b *slot) int { return cmp.Compare(a.key.number, b.key.number) })
	return true
}

// anyOf writes the condition that a table row is one of the list.
func (l *rowList) anyOf() {
	switch {
	case l.numeric && (!l.guarded || l.columns[1].fixed):
		l.keyIn()
		if l.guarded {
			l.Write(" AND ")
			l.guard(func() { l.Arg(l.cells[1]) })
		}
	case l.numeric && !l.zero && isInteger(l.cells[1]):
		l.keyIn()
		l.Write(" AND (")
		l.column(l.columns[0].name)
		l.Write(", ")
		l.column(l.version)
		l.Write(") IN (")
		for i := range l.n {
			l.separate(i)
			l.Write("(").Arg(l.row(i)[0]).Write(", ").Arg(l.row(i)[1]).Write(")")
		}
		l.Write(")")
	default:
		l.eachOf()
	}
}

func isInteger(v any) bool { _, ok := v.(int64); return ok }

// keyIn writes the condition that the key is one of the list. MySQL and MariaDB search it as a sorted list.
func (l *rowList) keyIn() {
	l.column(l.columns[0].name)
	l.Write(" IN (")
	for i := range l.n {
		l.separate(i)
		l.Arg(l.row(i)[0])
	}
	l.Write(")")
}

func (l *rowList) separate(i int) {
	if i > 0 {
		l.Write(", ")
	}
}

// eachOf writes the condition that a table row is one of the list, as one condition for each.
func (l *rowList) eachOf() {
	l.Write("(")
	for i := range l.n {
		if i > 0 {
			l.Write(" OR ")
		}
		l.isRow(i)
		if l.guarded {
			l.Write(" AND ")
			l.guard(func() { l.Arg(l.row(i)[l.keys]) })
		}
	}
	l.Write(")")
}

// isRow writes the condition that a table row has the key of the i-th row of the list.
func (l *rowList) isRow(i int) {
	row := l.row(i)
	for k, c := range l.columns[:l.keys] {
		if k > 0 {
			l.Write(" AND ")
		}
		l.column(c.name)
		l.Write(" = ")
		l.Arg(row[k])
	}
}

// caseOf writes the value of the k-th column for each row; a single value if all rows have the same.
func (l *rowList) caseOf(k int) {
	switch {
	case l.columns[k].fixed:
		l.Arg(l.cells[k])
	case !l.numeric:
		l.Write("CASE")
		for i := range l.n {
			l.Write(" WHEN ")
			l.isRow(i)
			l.Write(" THEN ")
			l.caseValue(k, i)
		}
		l.Write(" END")
	case l.n <= 2*rowsPerCase:
		l.caseOfKey(k, 0, l.n)
	default:
		l.Write("CASE")
		for i := 0; i < l.n; i += rowsPerCase {
			to := min(i+rowsPerCase, l.n)
			l.Write(" WHEN ")
			l.column(l.columns[0].name)
			l.Write(" <= ").Arg(l.row(to - 1)[0]).Write(" THEN ")
			l.caseOfKey(k, i, to)
		}
		l.Write(" END")
	}
}

// caseOfKey writes the value of the k-th column for some of the rows.
func (l *rowList) caseOfKey(k, from, to int) {
	l.Write("CASE ")
	l.column(l.columns[0].name)
	for i := from; i < to; i++ {
		l.Write(" WHEN ").Arg(l.row(i)[0]).Write(" THEN ")
		l.caseValue(k, i)
	}
	l.Write(" END")
}

func (l *rowList) caseValue(k, i int) {
	v := l.row(i)[k]
	if l.columns[k].binary && v != nil {
		l.Write("CAST(").Arg(v).Write(" AS BINARY)")
		return
	}
	l.Arg(v)
}

// selectRows builds the query for rows that the transaction has just written, for databases that do not return them. It
// locks, because no other kind of read is certain to see their current state.
func (u *bulkUpdate) selectRows(columns []string) (string, []any, error) {
	list := u.rowList
	list.Text, list.guarded = sqltext.New(u.Dialect, 8*u.n+512, u.n*u.keys), false
	for i, c := range columns {
		list.Write([]string{"SELECT ", ", "}[min(i, 1)])
		list.column(c)
	}
	list.Write(" FROM " + u.table + " WHERE ")
	if list.keys == 1 {
		list.keyIn()
	} else {
		list.anyOf()
	}
	list.Write(" LOCK IN SHARE MODE")
	return list.Query()
}
