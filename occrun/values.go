package occrun

import (
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/version"
)

// How a column is compared in a type that has no version.
const (
	ValuePlain = version.ValuePlain
	ValueText  = version.ValueText
	ValueBytes = version.ValueBytes
	ValueJSON  = version.ValueJSON
	ValueTime  = version.ValueTime
	ValueUUID  = version.ValueUUID
	ValueOther = version.ValueOther
)

// CreatesValues makes an entity without a version keep what the mutation is about to create by spec.
func CreatesValues(h *HeldValues, s *Schema, m entity.Creation, spec *sqlgraph.CreateSpec) {
	h.CreatedBy(s, m, spec)
}
