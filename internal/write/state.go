package write

import (
	"context"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// IfFields expects that fields of the row match predicates, in addition to its version. They guard a write by ID that
// names no version.
func IfFields[P ~func(*sql.Selector)](e *Expectation, predicates []P) {
	for _, p := range predicates {
		e.fields = append(e.fields, p)
	}
}

// StatesFields reports whether the caller expects a certain state of the row's fields, or that they are as they were
// read.
func (w *Write) StatesFields() bool { return len(w.e.fields) > 0 || w.Seen }

// whereFields adds what the caller expects of the row's fields.
func (w *Write) whereFields(s *sql.Selector) {
	w.e.fields.where(s)
	w.seen.where(s)
}

// fieldGuard is what a write expects of its row's fields.
type fieldGuard []func(*sql.Selector)

// where adds the predicates.
func (g fieldGuard) where(s *sql.Selector) {
	for _, p := range g {
		p(s)
	}
}

// conflict returns the error for a row whose state is different, or nil if the row now has the expected state. from
// selects the row.
func (g fieldGuard) conflict(ctx context.Context, q dialect.ExecQuerier, from *sql.Selector, s *version.Schema) (*entocc.StateError, error) {
	matching := from.Clone().SelectExpr(sql.Raw("1"))
	g.where(matching)
	same, err := hasRows(ctx, q, matching)
	if err != nil || same {
		return nil, err
	}
	state := &entocc.StateError{}
	var columns []string
	for _, f := range g.fields(from, s) {
		state.Fields = append(state.Fields, entocc.FieldValue{Name: f.Name, Sensitive: f.Sensitive})
		columns = append(columns, from.C(f.Column))
	}
	if len(columns) > 0 {
		err = readState(ctx, q, from.Clone().Select(columns...), state.Fields)
	}
	return state, err
}

// fields returns the fields that the predicates mention: those whose columns are in the text.
func (g fieldGuard) fields(from *sql.Selector, s *version.Schema) (named []version.Field) {
	alone := sql.Dialect(from.Dialect()).Select().From(from.Table())
	g.where(alone)
	text, _ := alone.Query()
	for _, f := range s.Fields {
		if strings.Contains(text, alone.C(f.Column)) {
			named = append(named, f)
		}
	}
	return named
}

func hasRows(ctx context.Context, q dialect.ExecQuerier, s *sql.Selector) (found bool, err error) {
	session.LockLatest(s)
	query, args := s.Query()
	err = session.EachRow(ctx, q, query, args, func(*sql.Rows, []string) error {
		found = true
		return nil
	})
	return found, err
}

// readState reads what the row holds. Values of sensitive fields are read, but not kept.
func readState(ctx context.Context, q dialect.ExecQuerier, s *sql.Selector, fields []entocc.FieldValue) error {
	session.LockLatest(s)
	query, args := s.Query()
	return session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		values, dest := make([]any, len(fields)), make([]any, len(fields))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, v := range values {
			if text, ok := v.([]byte); ok { // go-sql-driver returns texts as bytes
				v = string(text)
			}
			if !fields[i].Sensitive {
				fields[i].Value = v
			}
		}
		return nil
	})
}
