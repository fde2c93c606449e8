package write

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
)

// Held is what a generated entity knows about its version.
type Held struct {
	// zero notes that the version was read, and is NULL or zero in the database.
	zero bool
	// fate is what becomes of the version if a transaction has written it.
	fate *session.Fate
}

// HeldRow is a [Held] that also keeps the row as it was read, for conflicts to compare with, even if the fields are
// changed.
type HeldRow struct {
	Held
	entity.Loaded
}

// Read notes that the version of an entity was read through drv, and whether it is NULL or zero in the database.
func (h *Held) Read(s *version.Schema, of entocc.Versioned, zero bool, drv dialect.Driver) {
	h.zero = zero
	if tx := session.TxOf(drv); tx != nil {
		h.fate = tx.FateOf(s.Table, of.VersionKey().ID)
	}
}

// Creates notes that the entity is about to be inserted through drv. id is the ID of its spec, nil if the database
// stores IDs as other values.
func (h *Held) Creates(s *version.Schema, drv dialect.Driver, id *sqlgraph.FieldSpec) {
	if tx := session.TxOf(drv); tx != nil {
		h.fate = tx.Creates(s.Table, id)
	}
}

// Key returns the key of an entity with this ID and version. The version is nil if it was not loaded.
func (h *Held) Key(s *version.Schema, id, v any) entocc.VersionKey {
	if !h.zero && s.Strategy.IsZero(v) {
		v = nil
	}
	return entocc.VersionKey{Type: s.Type, ID: id, Version: v}
}

// Check refuses to compare a version that was not loaded, or that does not exist in the database outside its
// transaction.
func (h *Held) Check(s *version.Schema, key entocc.VersionKey, drv dialect.Driver) error {
	if key.Version == nil {
		return s.NotLoaded(0)
	}
	if h.fate == nil {
		return nil
	}
	return refuseFate(s, 0, h.fate, key.ID, key.Version, drv)
}

// Verify returns the row of an entity for a check at the commit of a transaction, through drv. namespace comes from
// ent's feature sql/schemaconfig.
func (h *Held) Verify(s *version.Schema, namespace string, key entocc.VersionKey, drv dialect.Driver) (*verify.Verified, error) {
	if err := h.Check(s, key, drv); err != nil {
		return nil, err
	}
	values, err := s.KeyValues(key.ID)
	if err != nil {
		return nil, err
	}
	return &verify.Verified{
		Schema: s, Table: s.Table, Namespace: namespace, ID: key.ID, Columns: s.Keys, Values: values, Version: key.Version,
	}, nil
}
