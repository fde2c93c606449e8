package hook

import (
	"cmp"
	"slices"
)

// What MySQL and MariaDB look up in a list they look through from its start. Where the keys are integers the lists are
// written so that they need not: rows by a sorted IN, values by a CASE of CASEs.

// rowsPerCase is the number of rows in each of those: about the square root of those in a statement.
const rowsPerCase = 32

// sortByKey sorts rows by keys that are integers, and reports whether they are.
func sortByKey(rows []*slot) bool {
	if slices.ContainsFunc(rows, func(s *slot) bool { return s.key.other != nil }) {
		return false
	}
	slices.SortFunc(rows, func(a, b *slot) int { return cmp.Compare(a.key.number, b.key.number) })
	return true
}

// anyOf writes the condition that a row of the table is one of the list.
func (l *rowList) anyOf() {
	switch {
	case l.numeric && (!l.guarded || l.columns[1].fixed):
		l.keyIn()
		if l.guarded {
			l.write(" AND ")
			l.guard(func() { l.arg(l.cells[1]) })
		}
	case l.numeric && !l.zero && isInteger(l.cells[1]):
		l.keyIn()
		l.write(" AND (")
		l.column(l.columns[0].name)
		l.write(", ")
		l.column(l.version)
		l.write(") IN (")
		for i := range l.n {
			l.separate(i)
			l.write("(").arg(l.row(i)[0]).write(", ").arg(l.row(i)[1]).write(")")
		}
		l.write(")")
	default:
		l.eachOf()
	}
}

func isInteger(v any) bool { _, ok := v.(int64); return ok }

// keyIn writes the condition that the key is one of the list. MySQL and MariaDB look it up in a sorted list.
func (l *rowList) keyIn() {
	l.column(l.columns[0].name)
	l.write(" IN (")
	for i := range l.n {
		l.separate(i)
		l.arg(l.row(i)[0])
	}
	l.write(")")
}

func (l *rowList) separate(i int) {
	if i > 0 {
		l.write(", ")
	}
}

// eachOf writes the condition that a row of the table is one of the list, as a condition for each.
func (l *rowList) eachOf() {
	l.write("(")
	for i := range l.n {
		if i > 0 {
			l.write(" OR ")
		}
		l.isRow(i)
		if l.guarded {
			l.write(" AND ")
			l.guard(func() { l.arg(l.row(i)[l.keys]) })
		}
	}
	l.write(")")
}

// isRow writes the condition that a row of the table has the key of a row of the list.
func (l *rowList) isRow(i int) {
	row := l.row(i)
	for k, c := range l.columns[:l.keys] {
		if k > 0 {
			l.write(" AND ")
		}
		l.column(c.name)
		l.write(" = ")
		l.arg(row[k])
	}
}

// caseOf writes the value of the k-th column for each row; one value, if all have the same.
func (l *rowList) caseOf(k int) {
	switch {
	case l.columns[k].fixed:
		l.arg(l.cells[k])
	case !l.numeric:
		l.write("CASE")
		for i := range l.n {
			l.write(" WHEN ")
			l.isRow(i)
			l.write(" THEN ")
			l.caseValue(k, i)
		}
		l.write(" END")
	case l.n <= 2*rowsPerCase:
		l.caseOfKey(k, 0, l.n)
	default:
		l.write("CASE")
		for i := 0; i < l.n; i += rowsPerCase {
			to := min(i+rowsPerCase, l.n)
			l.write(" WHEN ")
			l.column(l.columns[0].name)
			l.write(" <= ").arg(l.row(to - 1)[0]).write(" THEN ")
			l.caseOfKey(k, i, to)
		}
		l.write(" END")
	}
}

// caseOfKey writes the value of the k-th column for some of the rows.
func (l *rowList) caseOfKey(k, from, to int) {
	l.write("CASE ")
	l.column(l.columns[0].name)
	for i := from; i < to; i++ {
		l.write(" WHEN ").arg(l.row(i)[0]).write(" THEN ")
		l.caseValue(k, i)
	}
	l.write(" END")
}

func (l *rowList) caseValue(k, i int) {
	v := l.row(i)[k]
	if l.columns[k].binary && v != nil {
		l.write("CAST(").arg(v).write(" AS BINARY)")
		return
	}
	l.arg(v)
}

// selectRows builds the query for rows that the transaction has just written, for databases that do not return them. It
// locks, as no other kind of read is sure to see them as they are.
func (u *bulkUpdate) selectRows(columns []string) (string, []any, error) {
	list := u.rowList
	list.text, list.guarded = newText(u.dialect, 8*u.n+512, u.n*u.keys), false
	for i, c := range columns {
		list.write([]string{"SELECT ", ", "}[min(i, 1)])
		list.column(c)
	}
	list.write(" FROM " + u.table + " WHERE ")
	if list.keys == 1 {
		list.keyIn()
	} else {
		list.anyOf()
	}
	list.write(" LOCK IN SHARE MODE")
	return list.query()
}
