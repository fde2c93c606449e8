package write

import (
	"github.com/entocc/entocc"

	"github.com/entocc/entocc/internal/version"
)

// IfMatch expects the versions that a condition accepts for the row with this ID. A condition that accepts nothing is a
// conflict found by the statement itself, so a row that other predicates of the mutation hide stays NotFound.
func (e *Expectation) IfMatch(s *version.Schema, id any, cond entocc.Condition) {
	if cond == nil {
		e.refuse("the condition is nil", nil)
		return
	}
	_, zero := s.Strategy.Scan()
	accepted := cond.Accept(entocc.VersionKey{Type: s.Type, ID: id, Version: zero()})
	switch {
	case accepted.Err != nil:
		e.refuse("the If-Match condition is invalid", accepted.Err)
	case accepted.Any:
		e.Ignore()
	case len(accepted.Versions) == 0:
		e.In(version.NoVersion(cond.String()))
	default:
		e.In(accepted.Versions...)
	}
	e.Condition = true
}

// refuse makes the write fail, whatever switches its context has.
func (e *Expectation) refuse(reason string, cause error) {
	e.source, e.versions = sourceRefused, nil
	e.refused = refusal{reason, cause}
}

// refusal says why a write is refused.
type refusal struct {
	reason string
	cause  error
}
