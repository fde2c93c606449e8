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

// Expectation is what a mutation expects of the version of its row. Generated mutations carry one; the zero value is
// that of a set-based mutation, which expects nothing.
type Expectation struct {
	source source
	// versions are those that are accepted; one, except for IfVersionIn.
	versions []any
	// entity is what the builder was made from, a *User.
	entity entocc.Versioned
	force  bool
	// saw is what the builder was made from, and what its caller saw in the row, where that has no version.
	saw *sawRow
	// fate is that of the entity's version, if a transaction has written it, and drv what the write goes by.
	fate *session.Fate
	drv  dialect.Driver
	// bumps reports that the save changes the version.
	bumps bool
	// unguarded reports that the save was not guarded after all, as by SkipCheck.
	unguarded bool
	// shadow keeps an upsert from bumping, and unchecked from being guarded: its statement is built out of reach of the
	// context, so the hooks note what it says.
	shadow, unchecked bool
	// assigns has the guard of an upsert be part of what it assigns to the version, where it can have no condition (MySQL).
	assigns bool
	// newer is the version that an upsert writes over older ones alone, or nil.
	newer any
	// creating is what an upsert would create.
	creating creation
	// Upserts is the bulk upsert that the mutation is part of, if it is part of one.
	Upserts Upserts
	// parents are the versions that the caller expects of parents, and touches reports that a set-based update bumps some.
	parents []touch.ParentVersion
	touches bool
	// deletion is the guard that a delete has added to its mutation.
	deletion *deleteGuard
	// row is the primary key of the row that a delete was made for, its only predicate at first; nil where that is not known.
	row any
	// refused says why no write may be made, for sourceRefused.
	refused refusal
	// Slot is the mutation's place in a batch, if it is part of one.
	Slot Slot
	// met is the conflict that the mutation's own statement met last, if it did.
	met *entocc.RecordModifiedError
	// Condition reports that the expectation is that of an IfMatch.
	Condition bool
	// caller is what the caller expected, while a resolver saves by what it has seen; else nil.
	caller *Expectation
	// Attempt is that of the RetryTx in whose transaction the mutation is made, or nil.
	Attempt *Attempt
	// unread reports that nobody looks at the row that comes back.
	unread bool
	// Base is what the last diff compared with.
	Base entity.ReadRow
	// oneRow reports that a set-based write is meant for one row, condition is what that one has to meet, if it is an IfMatch,
	// and found the primary key of the row.
	oneRow    bool
	condition entocc.Condition
	found     any
	// reports are what is reported instead of a refusal.
	reports reports
	// fields is what the caller expects of fields of the row.
	fields fieldGuard
	// dialect is that of the client's database, for a version that not every database has.
	dialect string
	// defaults has a bit for each field that only its UpdateDefault has set, in the order of the schema's Computed fields.
	defaults uint64
}

// source says where an expectation comes from.
type source uint8

const (
	sourceNone    source = iota // set-based
	sourceID                    // one row, by its ID
	sourceEntity                // one row, by an entity that holds its version
	sourceUnknown               // one row, by an entity that was loaded without its version
	sourceCaller                // the caller said it: IfVersion, IfVersionIn
	sourceIgnored               // the caller wants none: IgnoreVersion
	sourceRefused               // the caller's condition can't be used: IfMatch
)

// ByID notes that the mutation is of one row and that nobody said which version it has.
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

// Through notes the driver that the write goes by.
func (e *Expectation) Through(drv dialect.Driver) { e.drv = drv }

// Saved notes that the row of an entity was saved by drv and read back, and whether its version is NULL or zero now.
func (e *Expectation) Saved(s *version.Schema, drv dialect.Driver, saved entocc.Versioned, held *Held, zero bool) {
	held.Read(s, saved, zero, drv)
	if tx := session.TxOf(drv); tx != nil && e.bumps {
		key := saved.VersionKey()
		held.fate = tx.Wrote(s.Table, key.ID, e.proves(key.Version)...)
	}
}

// proves returns the version that the save was guarded by and its new one, which [session.TxState.Wrote] notes.
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

// IfSent expects the version that somebody sent; or nothing, on purpose, if nothing was sent: nil, or a zero version.
func IfSent[V any](e *Expectation, s *version.Schema, version *V) {
	if version == nil || s.Strategy.IsZero(*version) {
		e.Ignore()
		return
	}
	e.In(*version)
}

// Ignore expects nothing, on purpose.
func (e *Expectation) Ignore() { e.source, e.versions, e.Condition = sourceIgnored, nil, false }

// ForceIncrement bumps the version though nothing else changes.
func (e *Expectation) ForceIncrement() { e.force = true }

// Met notes the error of the mutation's own statement, which hooks can't tell from that of another save by its looks.
func (e *Expectation) Met(err error) {
	if e.met = nil; !Aborted(err) {
		errors.As(err, &e.met)
	}
}

// IsOwn reports whether a conflict is that of the mutation's own statement.
func (e *Expectation) IsOwn(modified *entocc.RecordModifiedError) bool { return e.met == modified }

// Entity returns what the builder was made from, or nil.
func (e *Expectation) Entity() any {
	switch {
	case e.saw != nil:
		return e.saw.entity
	case e.entity == nil:
		return nil
	}
	return e.entity
}

// EntityID returns the primary key of what the builder was made from, or of the row that it was found to be of; or nil.
func (e *Expectation) EntityID() any {
	switch {
	case e.saw != nil:
		return e.saw.id
	case e.entity == nil:
		return e.found
	}
	return e.entity.VersionKey().ID
}

// Stated reports whether the caller named the version, so that it is checked even when there is nothing to write.
func (e *Expectation) Stated() bool { return e.source == sourceCaller }

// claim returns what a write by the expectation claims of its row.
func (e *Expectation) claim(s *version.Schema, op ent.Op, id any, accepted []any) version.Claim {
	return version.Claim{Schema: s, Op: op, ID: id, Accepted: accepted, Expected: e.value(), Stated: e.Stated()}
}

// value is the version that is expected, for errors: one version, or the list.
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
// that has no version to be guarded by.
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

// unguarded is the error of a write that nobody has said a version for.
func unguarded(s *version.Schema, op ent.Op) error {
	if s.ByValues() {
		return s.Errorf(op, nil, "a write by ID says nothing about the values that the caller saw. "+
			"Write from the loaded entity, or overwrite on purpose by IgnoreValues (AllowBlind in the schema's mixin allows it for every write by ID)")
	}
	return s.Errorf(op, nil, "a write by ID says nothing about the version that the caller saw. "+
		"Write from the loaded entity, state its version with IfVersion, or overwrite on purpose with IgnoreVersion "+
		"(AllowBlind in the schema's mixin allows it for every write by ID)")
}

// Said is what the caller expected, though a resolver may have gone on from there.
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

// Restore expects again what the caller expected.
func (e *Expectation) Restore() {
	if said := e.caller; said != nil {
		e.source, e.versions, e.Condition, e.caller = said.source, said.versions, said.Condition, nil
	}
}

// Parent expects a version of the parent that the edge leads to.
func (e *Expectation) Parent(edge string, version any) {
	e.parents = append(e.parents, touch.ParentVersion{Edge: edge, Version: version})
}
