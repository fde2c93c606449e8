package hook

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// explain tells why no row matched, with the statements of a [probe]. It returns nil where the row did match: MySQL
// counts only rows that changed, so a save that sets what is there already reports none.
func (w *Write) explain(ctx context.Context, q dialect.ExecQuerier, d string) error {
	unchanged := d == dialect.MySQL && !w.bump
	if len(w.accepted) == 0 && !unchanged {
		return &sqlgraph.NotFoundError{}
	}
	p := probe{schema: w.schema, op: w.op, id: w.id, expected: w.expected, accepted: w.accepted, stated: w.stated}
	p.version = w.selector(ctx, d, w.schema.Column)
	w.where(p.version)
	p.row = w.selector(ctx, d)
	w.whereID(p.row)
	actual, found, err := p.read(ctx, q)
	if found && unchanged && (len(w.accepted) == 0 || p.accepts(actual)) {
		return nil
	}
	return p.verdict(ctx, q, actual, found, err)
}

// failed gives an error of the guarded statement its meaning. Where the database itself says that the row was changed
// by another transaction, that is a conflict like any other.
func (w *Write) failed(err error) error {
	var unknown *entocc.OutcomeUnknownError
	if errors.As(err, &unknown) {
		unknown.Next = w.next
	}
	return failed(w.schema, w.op, w.id, w.expected, len(w.accepted) > 0, err)
}

func failed(s *Schema, op ent.Op, id, expected any, guarded bool, err error) error {
	var unknown *entocc.OutcomeUnknownError
	switch {
	case errors.As(err, &unknown):
		unknown.Type, unknown.ID, unknown.Op, unknown.Expected = s.Type, id, op, expected
		return err
	case entocc.IsRecordModified(err):
		return err // It says already which row, by way of VerifyOnCommit.
	case guarded && entocc.Classify(err).Kind == entocc.KindModified:
		return &entocc.RecordModifiedError{Type: s.Type, ID: id, Op: op, Expected: expected, Err: err}
	default:
		return s.unusable(op, err)
	}
}

// unusable tells an error of a statement that had no next version for a row as a VersionError.
func (s *Schema) unusable(op ent.Op, err error) error {
	if err == nil || entocc.IsVersionError(err) || !isOverflow(err, s) && !strings.Contains(err.Error(), errEntropy.Error()) {
		return err
	}
	if b, ok := s.Strategy.(interface{ bound() string }); ok {
		return s.errorf(op, err, "the version of a row can't be followed by another, as %s", b.bound())
	}
	return s.errorf(op, err, "the version of a row can't be followed by another")
}

// isOverflow knows the errors that Bump provokes: PostgreSQL's has the text in it that is no number, MySQL's 1690 the expression, and
// SQLite raises this one nowhere else in an UPDATE that ent builds. MySQL's 1264 is of a column that is smaller than its Go type.
func isOverflow(err error, s *Schema) bool {
	msg, mark := err.Error(), overflowMark
	if m, ok := s.Strategy.(interface{ overflowMark() string }); ok {
		mark = m.overflowMark()
	}
	return strings.Contains(msg, mark) ||
		strings.Contains(msg, "integer overflow") ||
		strings.Contains(msg, "Out of range value for column '"+s.Column+"'") ||
		strings.Contains(msg, "BIGINT value is out of range") && strings.Contains(msg, s.Column)
}

// probe finds out why a guarded statement matched no row. It runs on failure only, on the connection of the statement,
// and sees the row as it was committed last.
type probe struct {
	schema   *Schema
	op       ent.Op
	id       any
	expected any
	accepted []any
	// stated reports that the caller named the version, and no entity.
	stated bool
	// version selects the row's version under all predicates of the mutation but the guard; row selects the row alone.
	version, row *sql.Selector
}

// read reads the version that the row has under the mutation's predicates.
func (p *probe) read(ctx context.Context, q dialect.ExecQuerier) (actual any, found bool, err error) {
	lockLatest(p.version)
	return p.schema.readVersion(ctx, q, p.version)
}

// readVersion runs a query for one version.
func (s *Schema) readVersion(ctx context.Context, q dialect.ExecQuerier, selector *sql.Selector) (version any, found bool, err error) {
	if err := selector.Err(); err != nil {
		return nil, false, err
	}
	rows := &sql.Rows{}
	query, args := selector.Query()
	if err := q.Query(ctx, query, args, rows); err != nil {
		return nil, false, err
	}
	defer rows.Close()
	dest, value := s.Strategy.Scan()
	for rows.Next() {
		if err := rows.Scan(dest); err != nil {
			return nil, false, err
		}
		found = true
	}
	if v, ok := dest.(driver.Valuer); ok && found {
		if held, err := v.Value(); err == nil && held == nil {
			return nil, true, rows.Err()
		}
	}
	return value(), found, rows.Err()
}

// accepts reports whether the write would be of a row with this version. The zero version stands for NULL, too.
func (p *probe) accepts(actual any) bool {
	s := p.schema.Strategy
	return slices.ContainsFunc(p.accepted, func(v any) bool { return s.Equal(v, actual) || actual == nil && s.IsZero(v) })
}

// errNull says what the row of a conflict has in the place of a version.
var errNull = errors.New("the version of the row is NULL")

// kept is the error of a write that the database has kept from a row that has the expected version. It is no conflict: to
// write again would end in the same way.
func (p *probe) kept() error {
	return fmt.Errorf("entocc: %s of %s %v wrote nothing, though the row still has the expected version %v: the database kept the write "+
		"from it, as a trigger, a rule or a row security policy does", strings.TrimPrefix(p.op.String(), "Op"), p.schema.Type, p.id, p.expected)
}

// verdict tells a row that was modified from one that is gone, and both from one that another predicate of the mutation
// hides, which stays NotFound and tells nothing about its version.
func (p *probe) verdict(ctx context.Context, q dialect.ExecQuerier, actual any, found bool, err error) error {
	if len(p.accepted) == 0 && err == nil {
		return &sqlgraph.NotFoundError{}
	}
	modified := &entocc.RecordModifiedError{Type: p.schema.Type, ID: p.id, Op: p.op, Expected: p.expected, Err: p.unreadable()}
	switch {
	case err != nil:
		modified.Err = err
	case found && p.accepts(actual) && p.notation(actual) == nil && p.version.Dialect() != dialect.MySQL:
		return p.kept() // A node of a cluster may have been behind, on MySQL.
	case found && actual == nil:
		modified.Err = errNull
	case found:
		modified.Actual = actual
		if notation := p.notation(actual); notation != nil {
			modified.Err = notation
		}
	default:
		hidden, err := p.exists(ctx, q)
		if hidden {
			return &sqlgraph.NotFoundError{}
		}
		modified.Deleted, modified.Err = err == nil, err
	}
	return modified
}

// exists reports whether the row is there, whatever the mutation's other predicates say.
func (p *probe) exists(ctx context.Context, q dialect.ExecQuerier) (bool, error) {
	if p.row.P() == nil {
		return false, nil
	}
	p.row.SelectExpr(sql.Raw("1"))
	lockLatest(p.row)
	rows := &sql.Rows{}
	query, args := p.row.Query()
	if err := q.Query(ctx, query, args, rows); err != nil {
		return false, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		found = true
	}
	return found, rows.Err()
}

// notation says so when SQLite compared two texts that are the same time: the row was written by a program, or by
// CURRENT_TIMESTAMP, in another notation than the driver's.
func (p *probe) notation(actual any) error {
	if _, isTime := p.schema.Strategy.(Time); !isTime || p.version.Dialect() != dialect.SQLite || !p.accepts(actual) {
		return nil
	}
	return p.schema.errorf(p.op, nil, "the column %q holds this time in another notation than the driver's, and SQLite compares "+
		"texts: have it written anew, as by IgnoreVersion or a set-based update", p.schema.Column)
}

// unreadable says so when the expected version is one that no guarded row ever had: most often the caller forgot to
// send it. An entity of a row that was there before the mixin may hold it all the same.
func (p *probe) unreadable() error {
	if !p.stated || matchesNone(p.accepted) {
		return nil
	}
	for _, v := range p.accepted {
		n := reflect.ValueOf(v)
		if p.schema.Strategy.IsZero(v) || n.CanInt() && n.Int() < 0 {
			return p.schema.errorf(p.op, nil, "expected version %v is not one that a guarded row has: was it sent at all?", v)
		}
	}
	return nil
}
