package write

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// Expectation is what a mutation expects of the version of its row. Generated mutations carry one; the zero value
// belongs to a set-based mutation, which expects nothing.
type Expectation struct {
	source source
	// versions are the accepted versions; one, except for IfVersionIn.
	versions []any
	// entity is the entity that the builder was made from, a *User.
	entity entocc.Versioned
	force  bool
	// saw is the entity that the builder was made from, and what its caller saw in the row, if the row has no version.
	saw *sawRow
	// fate is that of the entity's version if a transaction has written it, and drv is the driver that the write goes
	// through.
	fate *session.Fate
	drv  dialect.Driver
	// bumps reports that the save changes the version.
	bumps bool
	// unguarded reports that the save was not guarded after all, for example because of SkipCheck.
	unguarded bool
	// shadow prevents an upsert from bumping, and unchecked from being guarded: its statement is built where the
	// context is not available, so the hooks note what the context says.
	shadow, unchecked bool
	// assigns makes the guard of an upsert part of the version's assignment, for a database that allows no condition
	// (MySQL).
	assigns bool
	// newer is the version that an upsert writes over older ones only, or nil.
	newer any
	// creating is the row that an upsert would create.
	creating creation
	// Upserts is the bulk upsert that the mutation belongs to, if any.
	Upserts Upserts
	// parents are the versions that the caller expects of parents, and touches reports that a set-based update bumps
	// some.
	parents []touch.ParentVersion
	touches bool
	// deletion is the guard that a delete has added to its mutation.
	deletion *deleteGuard
	// row is the primary key of the row that a delete was made for, at first its only predicate; nil if it is not
	// known.
	row any
	// refused says why no write may be made, for sourceRefused.
	refused refusal
	// Slot is the mutation's place in a batch, if it belongs to one.
	Slot Slot
	// met is the conflict that the mutation's own statement ran into last, if any.
	met *entocc.RecordModifiedError
	// Condition reports that the expectation comes from an IfMatch.
	Condition bool
	// caller is what the caller expected, while a resolver saves with the version that it has seen; otherwise nil.
	caller *Expectation
	// Attempt is the attempt of the RetryTx in whose transaction the mutation is made, or nil.
	Attempt *Attempt
	// unread reports that nobody looks at the returned row.
	unread bool
	// Base is what the last diff was compared with.
	Base entity.ReadRow
	// oneRow reports that a set-based write is meant for one row, condition is the IfMatch that the row has to meet, if
	// any, and found is the primary key of the row.
	oneRow    bool
	condition entocc.Condition
	found     any
	// reports is what is reported instead of a refusal.
	reports reports
	// fields is what the caller expects of the row's fields.
	fields fieldGuard
	// dialect is the dialect of the client's database, for a version that only some databases have.
	dialect string
	// defaults has a bit for each field that was set only from its UpdateDefault, in the order of the schema's Computed
	// fields.
	defaults uint64
}

// source says where an expectation comes from.
type source uint8

const (
	sourceNone    source = iota // set-based
	sourceID                    // one row, by its ID
	sourceEntity                // one row, by an entity that has its version
	sourceUnknown               // one row, by an entity that was loaded without its version
	sourceCaller                // the caller named it: IfVersion, IfVersionIn
	sourceIgnored               // the caller wants none: IgnoreVersion
	sourceRefused               // the caller's condition can't be used: IfMatch
)

// ByID notes that the mutation is for one row and that nobody named the row's version.
func (e *Expectation) ByID() {
	e.source, e.versions, e.entity, e.saw, e.Condition = sourceID, nil, nil, nil, false
}

// Loaded expects the version that an entity holds.
func (e *Expectation) Loaded(s *version.Schema, entity entocc.Versioned, version any, held *Held) {
	e.source, e.versions, e.entity, e.fate, e.Condition = sourceEntity, []any{version}, entity, held.fate, false
	if !held.zero && s.Strategy.IsZero(version) {
		e.source, e.versions = sourceUnknown, nil
	}
}

// On notes the dialect of the client's database.
func (e *Expectation) On(d string) { e.dialect = d }

// Through notes the driver that the write goes through.
func (e *Expectation) Through(drv dialect.Driver) { e.drv = drv }

// Saved notes that the row of an entity was saved through drv and read back, and whether its version is now NULL or
// zero.
func (e *Expectation) Saved(s *version.Schema, drv dialect.Driver, saved entocc.Versioned, held *Held, zero bool) {
	held.Read(s, saved, zero, drv)
	if tx := session.TxOf(drv); tx != nil && e.bumps {
		key := saved.VersionKey()
		held.fate = tx.Wrote(s.Table, key.ID, e.proves(key.Version)...)
	}
}

// proves returns the version that guarded the save and the new one, which [session.TxState.Wrote] notes.
func (e *Expectation) proves(version any) []any {
	if len(e.versions) != 1 || e.source != sourceEntity && e.source != sourceCaller || e.unguarded {
		return []any{version}
	}
	return []any{e.versions[0], version}
}

// In expects one of the versions.
func (e *Expectation) In(versions ...any) {
	e.source, e.versions, e.Condition = sourceCaller, slices.Clone(versions), false
}

// IfSent expects the version that was sent, or deliberately nothing if none was sent: nil, or a zero version.
func IfSent[V any](e *Expectation, s *version.Schema, version *V) {
	if version == nil || s.Strategy.IsZero(*version) {
		e.Ignore()
		return
	}
	e.In(*version)
}

// Ignore deliberately expects nothing.
func (e *Expectation) Ignore() { e.source, e.versions, e.Condition = sourceIgnored, nil, false }

// ForceIncrement bumps the version even if nothing else changes.
func (e *Expectation) ForceIncrement() { e.force = true }

// Met notes the error of the mutation's own statement. Hooks can't distinguish it from another save's error otherwise.
func (e *Expectation) Met(err error) {
	if e.met = nil; !Aborted(err) {
		errors.As(err, &e.met)
	}
}

// IsOwn reports whether a conflict comes from the mutation's own statement.
func (e *Expectation) IsOwn(modified *entocc.RecordModifiedError) bool { return e.met == modified }

// Entity returns the entity that the builder was made from, or nil.
func (e *Expectation) Entity() any {
	switch {
	case e.saw != nil:
		return e.saw.entity
	case e.entity == nil:
		return nil
	}
	return e.entity
}

// EntityID returns the primary key of the entity that the builder was made from, or of the row that the mutation was
// found to be for; or nil.
func (e *Expectation) EntityID() any {
	switch {
	case e.saw != nil:
		return e.saw.id
	case e.entity == nil:
		return e.found
	}
	return e.entity.VersionKey().ID
}

// Stated reports whether the caller named the version, so that it is checked even if there is nothing to write.
func (e *Expectation) Stated() bool { return e.source == sourceCaller }

// claim returns what a write with this expectation claims about its row.
func (e *Expectation) claim(s *version.Schema, op ent.Op, id any, accepted []any) version.Claim {
	return version.Claim{Schema: s, Op: op, ID: id, Accepted: accepted, Expected: e.value(), Stated: e.Stated()}
}

// value is the expected version, for errors: one version, or the list.
func (e *Expectation) value() any {
	if version.MatchesNone(e.versions) {
		return string(e.versions[0].(version.NoVersion))
	}
	if len(e.versions) == 1 {
		return e.versions[0]
	}
	return e.versions
}

// guard decides which versions a write of op accepts: none means that it is not guarded. It refuses a write of one row
// that has no version to guard it.
func (e *Expectation) guard(ctx context.Context, s *version.Schema, op ent.Op) ([]any, error) {
	if e.source == sourceRefused {
		return nil, s.Errorf(op, e.refused.cause, "%s", e.refused.reason)
	}
	if entocc.CheckSkipped(ctx, s.Type) {
		return nil, nil
	}
	switch e.source {
	case sourceEntity:
		if e.fate != nil {
			err := refuseFate(s, op, e.fate, e.entity.VersionKey().ID, e.versions[0], e.drv)
			if e.lets(ctx, RolledBack, op, err) {
				return nil, nil
			}
			return e.versions, err
		}
		return e.versions, nil
	case sourceCaller:
		if len(e.versions) == 0 {
			return nil, s.Errorf(op, nil, "IfVersionIn was given no version, so no row can match")
		}
		return e.versions, nil
	case sourceUnknown:
		if err := s.NotLoaded(op); !e.lets(ctx, NotLoaded, op, err) {
			return nil, err
		}
		return nil, nil
	case sourceIgnored:
		return nil, nil
	}
	if e.source == sourceNone && !op.Is(ent.OpUpdateOne|ent.OpDeleteOne) || s.AllowBlind || len(e.fields) > 0 {
		return nil, nil
	}
	if err := unguarded(s, op); !e.lets(ctx, Unguarded, op, err) {
		return nil, err
	}
	return nil, nil
}

// unguarded is the error of a write for which nobody named a version.
func unguarded(s *version.Schema, op ent.Op) error {
	if s.ByValues() {
		return s.Errorf(op, nil, "a write by ID says nothing about the values that the caller saw. "+
			"Write from the loaded entity, or overwrite on purpose by IgnoreValues (AllowBlind in the schema's mixin allows it for every write by ID)")
	}
	return s.Errorf(op, nil, "a write by ID says nothing about the version that the caller saw. "+
		"Write from the loaded entity, state its version with IfVersion, or overwrite on purpose with IgnoreVersion "+
		"(AllowBlind in the schema's mixin allows it for every write by ID)")
}

// Said is what the caller expected, even if a resolver has since moved on from it.
func (e *Expectation) Said() *Expectation {
	if e.caller != nil {
		return e.caller
	}
	return e
}

// Resume expects the version of the row that a resolver has seen.
func (e *Expectation) Resume(version any) {
	if e.caller == nil {
		e.caller = &Expectation{source: e.source, versions: e.versions, Condition: e.Condition}
	}
	e.source, e.versions = sourceCaller, []any{version}
}

// Restore goes back to what the caller expected.
func (e *Expectation) Restore() {
	if said := e.caller; said != nil {
		e.source, e.versions, e.Condition, e.caller = said.source, said.versions, said.Condition, nil
	}
}

// Parent expects a version of the parent that the edge leads to.
func (e *Expectation) Parent(edge string, version any) {
	e.parents = append(e.parents, touch.ParentVersion{Edge: edge, Version: version})
}
