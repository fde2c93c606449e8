package version

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// Claim is what a write, or a check, claims about the version of one row, and how its errors name that row.
type Claim struct {
	Schema *Schema
	Op     ent.Op
	// ID is the primary key as conflicts show it.
	ID any
	// Accepted are the versions that the row may have; none means that nothing is claimed.
	Accepted []any
	// Expected is the same for errors: one version, or the list.
	Expected any
	// Stated reports that the caller named the version, rather than an entity.
	Stated bool
	// Seen reports that the row must have the values that the caller saw, which are claimed instead of a version.
	Seen bool
}

// Guards reports whether anything is claimed.
func (c *Claim) Guards() bool { return len(c.Accepted) > 0 || c.Seen }

// Conflict returns the error for a row that does not have the claimed version.
func (c *Claim) Conflict() *entocc.RecordModifiedError {
	return &entocc.RecordModifiedError{Type: c.Schema.Type, ID: c.ID, Op: c.Op, Expected: c.Expected}
}

// Accepts reports whether a row with this version matches the claim. The zero version also stands for NULL.
func (c *Claim) Accepts(actual any) bool {
	s := c.Schema.Strategy
	return slices.ContainsFunc(c.Accepted, func(v any) bool { return s.Equal(v, actual) || actual == nil && s.IsZero(v) })
}

// Failed converts an error of the guarded statement. If the database itself reports that another transaction changed
// the row, that is a conflict like any other.
func (c *Claim) Failed(err error) error {
	var unknown *entocc.OutcomeUnknownError
	switch {
	case errors.As(err, &unknown):
		unknown.Type, unknown.ID, unknown.Op, unknown.Expected = c.Schema.Type, c.ID, c.Op, c.Expected
		return err
	case entocc.IsRecordModified(err):
		return err // It already names the row, through VerifyOnCommit.
	case c.Guards() && entocc.Classify(err).Kind == entocc.KindModified:
		conflict := c.Conflict()
		conflict.Err = err
		return conflict
	default:
		return c.Schema.Unusable(c.Op, err)
	}
}

// Kept is the error for a write that the database suppressed although the row has the expected version. It is not a
// conflict: another attempt would end in the same way.
func (c *Claim) Kept() error {
	return fmt.Errorf("entocc: %s of %s %v wrote nothing, though the row still has the expected version %v: the database suppressed the write, "+
		"as a trigger, a rule or a row security policy can", strings.TrimPrefix(c.Op.String(), "Op"), c.Schema.Type, c.ID, c.Expected)
}

// Unreadable returns an error if the expected version is one that no guarded row ever had: most often the caller forgot
// to send it. An entity whose row existed before the mixin may still have it.
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

// ErrNull says that the row of a conflict has NULL instead of a version.
var ErrNull = errors.New("the version of the row is NULL")

// Unusable converts an error of a statement that had no next version for a row to a VersionError.
func (s *Schema) Unusable(op ent.Op, err error) error {
	if err == nil || entocc.IsVersionError(err) || !isOverflow(err, s) && !strings.Contains(err.Error(), errEntropy.Error()) {
		return err
	}
	if bound := s.Strategy.Bound(); bound != "" {
		return s.Errorf(op, err, "the version of a row can't be followed by another, as %s", bound)
	}
	return s.Errorf(op, err, "the version of a row can't be followed by another")
}

// isOverflow recognizes the errors that Bump provokes: PostgreSQL's contains the text that is not a number, MySQL's
// 1690 contains the expression, and SQLite raises this one nowhere else in an UPDATE that ent builds. MySQL's 1264 is
// for a column that is smaller than its Go type.
func isOverflow(err error, s *Schema) bool {
	msg, mark := err.Error(), s.Strategy.OverflowMark()
	return mark != "" && strings.Contains(msg, mark) ||
		strings.Contains(msg, "integer overflow") ||
		strings.Contains(msg, "Out of range value for column '"+s.Column+"'") ||
		strings.Contains(msg, "BIGINT value is out of range") && strings.Contains(msg, s.Column)
}

// NoVersion stands for the expected versions of a condition that names none for this row: no row can match. It holds
// the text of the condition, for the error.
type NoVersion string

// MatchesNone reports whether the expected versions come from a condition that no row can match.
func MatchesNone(expected []any) bool {
	if len(expected) != 1 {
		return false
	}
	_, none := expected[0].(NoVersion)
	return none
}
