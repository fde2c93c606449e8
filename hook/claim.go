package hook

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// claim is what a write, or a check, says of the version of one row, and how its errors name that row.
type claim struct {
	schema *Schema
	op     ent.Op
	// id is the primary key as conflicts show it.
	id any
	// accepted are the versions that the row may have; none means that nothing is claimed.
	accepted []any
	// expected is the same for errors: one version, or the list.
	expected any
	// stated reports that the caller named the version, and no entity.
	stated bool
}

// conflict returns the error of a row that does not have the claimed version.
func (c *claim) conflict() *entocc.RecordModifiedError {
	return &entocc.RecordModifiedError{Type: c.schema.Type, ID: c.id, Op: c.op, Expected: c.expected}
}

// accepts reports whether a row with this version is as it is claimed to be. The zero version stands for NULL, too.
func (c *claim) accepts(actual any) bool {
	s := c.schema.Strategy
	return slices.ContainsFunc(c.accepted, func(v any) bool { return s.Equal(v, actual) || actual == nil && s.IsZero(v) })
}

// failed gives an error of the guarded statement its meaning. Where the database itself says that the row was changed
// by another transaction, that is a conflict like any other.
func (c *claim) failed(err error) error {
	var unknown *entocc.OutcomeUnknownError
	switch {
	case errors.As(err, &unknown):
		unknown.Type, unknown.ID, unknown.Op, unknown.Expected = c.schema.Type, c.id, c.op, c.expected
		return err
	case entocc.IsRecordModified(err):
		return err // It says already which row, by way of VerifyOnCommit.
	case len(c.accepted) > 0 && entocc.Classify(err).Kind == entocc.KindModified:
		conflict := c.conflict()
		conflict.Err = err
		return conflict
	default:
		return c.schema.unusable(c.op, err)
	}
}

// kept is the error of a write that the database has kept from a row that has the expected version. It is no conflict: to
// write again would end in the same way.
func (c *claim) kept() error {
	return fmt.Errorf("entocc: %s of %s %v wrote nothing, though the row still has the expected version %v: the database kept the write "+
		"from it, as a trigger, a rule or a row security policy does", strings.TrimPrefix(c.op.String(), "Op"), c.schema.Type, c.id, c.expected)
}

// unreadable says so when the expected version is one that no guarded row ever had: most often the caller forgot to
// send it. An entity of a row that was there before the mixin may hold it all the same.
func (c *claim) unreadable() error {
	if !c.stated || matchesNone(c.accepted) {
		return nil
	}
	for _, v := range c.accepted {
		if !c.schema.Strategy.Possible(v) {
			return c.schema.errorf(c.op, nil, "expected version %v is not one that a guarded row has: was it sent at all?", v)
		}
	}
	return nil
}

// errNull says what the row of a conflict has in the place of a version.
var errNull = errors.New("the version of the row is NULL")

// unusable tells an error of a statement that had no next version for a row as a VersionError.
func (s *Schema) unusable(op ent.Op, err error) error {
	if err == nil || entocc.IsVersionError(err) || !isOverflow(err, s.Column) && !strings.Contains(err.Error(), errEntropy.Error()) {
		return err
	}
	return s.errorf(op, err, "the version of a row can't be followed by another")
}

// isOverflow knows the errors that Bump provokes: PostgreSQL's has the text in it that is no number, MySQL's 1690 the expression, and
// SQLite raises this one nowhere else in an UPDATE that ent builds.
func isOverflow(err error, column string) bool {
	msg := err.Error()
	return strings.Contains(msg, overflowMark) ||
		strings.Contains(msg, "integer overflow") ||
		strings.Contains(msg, "BIGINT value is out of range") && strings.Contains(msg, column)
}

// noVersion stands in for the expected versions of a condition that names none of this row: no row can match. It holds
// the words of the condition, for the error.
type noVersion string

// matchesNone reports whether the expected versions are those of a condition that no row can match.
func matchesNone(expected []any) bool {
	if len(expected) != 1 {
		return false
	}
	_, none := expected[0].(noVersion)
	return none
}
