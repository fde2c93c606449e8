package version

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// Claim is what a write, or a check, says of the version of one row, and how its errors name that row.
type Claim struct {
	Schema *Schema
	Op     ent.Op
	// ID is the primary key as conflicts show it.
	ID any
	// Accepted are the versions that the row may have; none means that nothing is claimed.
	Accepted []any
	// Expected is the same for errors: one version, or the list.
	Expected any
	// Stated reports that the caller named the version, and no entity.
	Stated bool
	// Seen reports that the row must have the values that the caller saw, which are claimed in place of a version.
	Seen bool
}

// Guards reports whether anything is claimed.
func (c *Claim) Guards() bool { return len(c.Accepted) > 0 || c.Seen }

// Conflict returns the error of a row that does not have the claimed version.
func (c *Claim) Conflict() *entocc.RecordModifiedError {
	return &entocc.RecordModifiedError{Type: c.Schema.Type, ID: c.ID, Op: c.Op, Expected: c.Expected}
}

// Accepts reports whether a row with this version is as it is claimed to be. The zero version stands for NULL, too.
func (c *Claim) Accepts(actual any) bool {
	s := c.Schema.Strategy
	return slices.ContainsFunc(c.Accepted, func(v any) bool { return s.Equal(v, actual) || actual == nil && s.IsZero(v) })
}

// Failed gives an error of the guarded statement its meaning. Where the database itself says that the row was changed
// by another transaction, that is a conflict like any other.
func (c *Claim) Failed(err error) error {
	var unknown *entocc.OutcomeUnknownError
	switch {
	case errors.As(err, &unknown):
		unknown.Type, unknown.ID, unknown.Op, unknown.Expected = c.Schema.Type, c.ID, c.Op, c.Expected
		return err
	case entocc.IsRecordModified(err):
		return err // It says already which row, by way of VerifyOnCommit.
	case c.Guards() && entocc.Classify(err).Kind == entocc.KindModified:
		conflict := c.Conflict()
		conflict.Err = err
		return conflict
	default:
		return c.Schema.Unusable(c.Op, err)
	}
}

// Kept is the error of a write that the database suppressed although the row has the expected version. It is no conflict:
// another attempt would end in the same way.
func (c *Claim) Kept() error {
	return fmt.Errorf("entocc: %s of %s %v wrote nothing, though the row still has the expected version %v: the database suppressed the write, "+
		"as a trigger, a rule or a row security policy can", strings.TrimPrefix(c.Op.String(), "Op"), c.Schema.Type, c.ID, c.Expected)
}

// Unreadable says so when the expected version is one that no guarded row ever had: most often the caller forgot to
// send it. An entity of a row that was there before the mixin may hold it anyway.
func (c *Claim) Unreadable() error {
	if !c.Stated || MatchesNone(c.Accepted) {
		return nil
	}
	for _, v := range c.Accepted {
		if !c.Schema.Strategy.Possible(v) {
			return c.Schema.Errorf(c.Op, nil, "expected version %v is not one that a guarded row has: was it sent at all?", v)
		}
	}
	return nil
}

// ErrNull says what the row of a conflict has in place of a version.
var ErrNull = errors.New("the version of the row is NULL")

// Unusable returns an error of a statement that had no next version for a row as a VersionError.
func (s *Schema) Unusable(op ent.Op, err error) error {
	if err == nil || entocc.IsVersionError(err) || !isOverflow(err, s) && !strings.Contains(err.Error(), errEntropy.Error()) {
		return err
	}
	if bound := s.Strategy.Bound(); bound != "" {
		return s.Errorf(op, err, "the version of a row can't be followed by another, as %s", bound)
	}
	return s.Errorf(op, err, "the version of a row can't be followed by another")
}

// isOverflow knows the errors that Bump provokes: PostgreSQL's has the text in it that is no number, MySQL's 1690 the expression, and
// SQLite raises this one nowhere else in an UPDATE that ent builds. MySQL's 1264 is of a column that is smaller than its Go type.
func isOverflow(err error, s *Schema) bool {
	msg, mark := err.Error(), s.Strategy.OverflowMark()
	return mark != "" && strings.Contains(msg, mark) ||
		strings.Contains(msg, "integer overflow") ||
		strings.Contains(msg, "Out of range value for column '"+s.Column+"'") ||
		strings.Contains(msg, "BIGINT value is out of range") && strings.Contains(msg, s.Column)
}

// NoVersion stands in for the expected versions of a condition that names none of this row: no row can match. It holds
// the words of the condition, for the error.
type NoVersion string

// MatchesNone reports whether the expected versions are those of a condition that no row can match.
func MatchesNone(expected []any) bool {
	if len(expected) != 1 {
		return false
	}
	_, none := expected[0].(NoVersion)
	return none
}
