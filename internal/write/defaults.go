package write

import (
	"github.com/entocc/entocc/internal/version"
)

// Defaulted notes that the builder has set a field by its UpdateDefault, as its caller has not set it: the i-th of the
// schema's Computed fields. ent does so before any hook runs, and its mutations do not tell.
func (e *Expectation) Defaulted(i int) {
	e.defaults |= 1 << i // Of more than 64, the further ones count as the caller's, and bump: their bits are 0.
}

// onlyDefaulted reports whether a field was set by its UpdateDefault, and is no change of the caller's. Such a field does
// not bump, unless the schema's Only names it. What a hook makes of its value does not bump either.
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
