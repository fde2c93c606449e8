package write

import (
	"github.com/entocc/entocc/internal/version"
)

// Defaulted notes that the builder set a field from its UpdateDefault because its caller did not set it. i is the index
// in the schema's Computed fields. ent does so before any hook runs, and its mutations do not record it.
func (e *Expectation) Defaulted(i int) {
	e.defaults |= 1 << i // Fields beyond the first 64 count as set by the caller, and bump: their bits are 0.
}

// onlyDefaulted reports whether a field was set only from its UpdateDefault, so that it is not a change by the caller.
// Such a field does not bump unless the schema's Only names it, even if a hook changes its value.
func onlyDefaulted(s *version.Schema, e *Expectation, column string) bool {
	if e.defaults == 0 || len(s.Only) > 0 {
		return false
	}
	i := 0
	for _, f := range s.Fields {
		switch {
		case !f.Computed:
		case f.Column == column:
			return e.defaults&(1<<i) != 0
		default:
			i++
		}
	}
	return false
}
