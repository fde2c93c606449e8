package write

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/values"
)

// changed returns the error for a row whose values differ from those that the caller saw. from selects the row; the
// database says which of its values differ, as it did in the refused statement.
func (g seenValues) changed(ctx context.Context, q dialect.ExecQuerier, from *sql.Selector) (*entocc.ValuesError, error) {
	s := from.Clone().Select()
	for _, v := range g {
		same := values.Predicate(v.Compared, s.Dialect(), s.C(v.Column), v.Seen)
		s.AppendSelectExpr(sql.ExprFunc(func(b *sql.Builder) {
			b.WriteString("CASE WHEN ").Join(same).WriteString(" THEN 1 ELSE 0 END")
		}))
		s.AppendSelect(s.C(v.Column))
	}
	session.LockLatest(s)
	if err := s.Err(); err != nil {
		return nil, err
	}
	query, args := s.Query()
	conflict := &entocc.ValuesError{}
	err := session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		same, held, dest := make([]int64, len(g)), make([]any, len(g)), make([]any, 0, 2*len(g))
		for i := range g {
			dest = append(dest, &same[i], &held[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		conflict.Fields = nil
		for i := range g {
			switch {
			case same[i] != 0:
			case g[i].Value == nil && !g[i].Given && isNil(held[i]):
				g[i].EmptyIsNull = true // The caller can't have seen the difference.
			default:
				conflict.Fields = append(conflict.Fields, g[i].shown(held[i]))
			}
		}
		return nil
	})
	return conflict, err
}

// misread reports that a statement matched no row because it asked for a NULL that the driver makes of an empty blob: the
// comparison knows that now, and the statement can be sent again.
func (g seenValues) misread() bool {
	return slices.ContainsFunc(g, func(v seenValue) bool { return v.EmptyIsNull })
}

func isNil(held any) bool {
	blob, ok := held.([]byte)
	return held == nil || ok && blob == nil
}

// shown returns what the row has in a field, without the value if it is sensitive.
func (v *seenValue) shown(held any) entocc.FieldValue {
	f := entocc.FieldValue{Name: v.Name, Sensitive: v.Sensitive}
	if text, ok := held.([]byte); ok { // go-sql-driver returns texts as bytes
		held = string(text)
	}
	if !f.Sensitive {
		f.Value = held
	}
	return f
}
