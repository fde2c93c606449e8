// Package occrun is called only by code that package entc generated: its names are the whole contract between that code
// and this module. A program that uses a generated client has no use for it.
//
// Generated code names a constant of this package that says which contract it was generated for. Code that is older
// than the module still compiles, or fails to compile at that name, which says to run go generate again; it never
// compiles with a step missing.
//
// Generated code works on its variables of a [Schema] and of [Links] with functions, not methods: goimports, which ent
// runs on each generated file, takes a selector on a variable that another file declares for one on a package, and
// parses all the other files to see that it is not. That more than doubled the time of a go generate.
package occrun

import (
	"context"
	"database/sql/driver"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/batch"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// IsAtLeastVersion1 is named by generated code that needs this contract, or a later one that is compatible with it.
const IsAtLeastVersion1 = true

// The version of a type: one variable for each type in the generated package's entocc.go.
type (
	Table                           = version.Table
	Schema                          = version.Schema
	Field                           = version.Field
	Edge                            = version.Edge
	Touch                           = version.Touch
	Row                             = version.Row
	Counter                         = version.Counter
	Timestamp                       = version.Timestamp
	Token                           = version.Token
	Trigger                         = version.Trigger
	System                          = version.System
	NoVersions                      = version.NoVersions
	Values                          = version.Values
	Compared                        = version.Compared
	Time                            = version.Time
	Integer[T version.OtherInteger] = version.Integer[T]
	Links                           = write.Links
	Child                           = write.Child
	Through                         = write.Through
)

// What clients, transactions, entities, mutations and bulk builders hold.
type (
	Session           = session.Session
	TxState           = session.TxState
	ReadRow           = entity.ReadRow
	Held              = write.Held
	HeldRow           = write.HeldRow
	HeldValues        = write.HeldValues
	Attempt           = write.Attempt
	Expectation       = write.Expectation
	Deletion          = write.Deletion
	Verified          = verify.Verified
	GuardedMutation   = batch.GuardedMutation
	Saves[B, T any]   = batch.Saves[B, T]
	Updates[B, T any] = batch.Updates[B, T]
	Deletes[T any]    = batch.Deletes[T]
)

// ScanID returns the Scan of a [Row] with IDs like this one.
func ScanID[T any](id T) func() (dest any, value func() any) { return version.ScanID(id) }

// Is calls the predicate of a field for a value of its type, such as an ID.
func Is[T, P any](field func(T) P, value any) P { return field(value.(T)) }

// Part returns the i-th value of a composite primary key.
func Part(id any, i int) any { return id.([]any)[i] }

// IDOf returns a mutation's ID, or nil.
func IDOf[T any](id T, ok bool) any {
	if !ok {
		return nil
	}
	return id
}

// KeyValue is the KeyValue of a [Schema] whose ID has a ValueScanner.
func KeyValue[T any](value func(T) (driver.Value, error)) func(id any) (any, error) {
	return func(id any) (any, error) { return value(id.(T)) }
}

// Versions returns versions in the form of an [Expectation].
func Versions[V any](versions []V) []any {
	expected := make([]any, len(versions))
	for i := range versions {
		expected[i] = versions[i]
	}
	return expected
}

// IfSent expects the version that was sent, or deliberately nothing if none was sent: nil, or a zero version.
func IfSent[V any](e *Expectation, s *Schema, v *V) { write.IfSent(e, s, v) }

// IfFields expects that fields of the row match predicates.
func IfFields[P ~func(*sql.Selector)](e *Expectation, predicates []P) {
	write.IfFields(e, predicates)
}

// Typed returns the conflict of a write that was made from loaded, or from no entity, as a *ModifiedError[T].
func Typed[T any](m *entocc.RecordModifiedError, loaded any, current func(context.Context) (*T, error), diff func(base, theirs any) []entocc.FieldDiff) error {
	from, _ := loaded.(*T)
	return entocc.NewModifiedError(m, from, current, diff)
}

// ReadRowOf returns an entity that does not keep its row as it was read, as the base of a diff.
func ReadRowOf(e any) ReadRow { return entity.RowOf(e) }

// SelectsVersion reports whether a query that selects fields reads the version too.
func SelectsVersion(s *Schema, fields []string) bool { return version.SelectsVersion(s, fields) }

// SameVersion reports whether two versions are the same.
func SameVersion(s *Schema, a, b any) bool { return version.SameVersion(s, a, b) }

// Modified returns the conflict between a version that the caller expected and one that was read.
func Modified(s *Schema, id, expected, actual any) *entocc.RecordModifiedError {
	return version.Modified(s, id, expected, actual)
}

// Diff compares what a mutation wants with the row that it was made from, and the current row.
func Diff(s *Schema, m ent.Mutation, loaded, now any) []entocc.FieldDiff {
	return write.Diff(s, m, loaded, now)
}

// NewSession returns what a new client knows about its connections: nothing.
func NewSession() *Session { return session.NewSession() }

// Named returns the driver through which a client sends the writes of a guarded type.
func Named(s *Session, drv dialect.Driver) dialect.Driver { return session.Named(s, drv) }

// All runs checks in turn, and returns the first error.
func All(checks []func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// Uncached returns a driver that reads rows from the database, not from a cache.
func Uncached(drv dialect.Driver) dialect.Driver { return session.Uncached(drv) }

// NamedTx returns a transaction of drv whose commit names an unknown outcome.
func NamedTx(s *Session, tx dialect.Tx, drv dialect.Driver) dialect.Tx {
	return session.NamedTx(s, tx, drv)
}

// TxOf returns the state of the transaction that a driver of a generated client belongs to, or nil.
func TxOf(drv dialect.Driver) *TxState { return session.TxOf(drv) }

// EndTx closes a transaction that the database rolled back by itself, if err says so, and returns a replacement.
func EndTx(tx dialect.Tx, err error) dialect.Tx { return session.EndTx(tx, err) }

// WatchRows passes the errors that come with the rows of a query to ended.
func WatchRows(d string, v any, ended func(error) error) { session.WatchRows(d, v, ended) }

// Latest makes a query in a transaction see the last committed state of the row.
func Latest(s *sql.Selector) { session.LockLatest(s) }

// UpdateOne plans the save of one row. A nil Write leaves the save to ent.
func UpdateOne(ctx context.Context, s *Schema, m write.Mutation, e *Expectation, spec *sqlgraph.UpdateSpec, links *Links, id any) (*write.Write, error) {
	return write.UpdateOne(ctx, s, m, e, spec, links, id)
}

// Update adds the bump to a set-based write. A mutation that began as one of a single row is returned as a Write.
func Update(ctx context.Context, s *Schema, m write.Mutation, e *Expectation, spec *sqlgraph.UpdateSpec, links *Links, id any) (*write.Write, error) {
	return write.Update(ctx, s, m, e, spec, links, id)
}

// UpdateTouching carries out a set-based update that touches parents.
func UpdateTouching(ctx context.Context, s *Schema, drv dialect.Driver, spec *sqlgraph.UpdateSpec) (affected int, err error) {
	return write.UpdateTouching(ctx, s, drv, spec)
}

// UpdateLinking is [Linking] for an update; it also prepares the update's new edges.
func UpdateLinking(drv dialect.Driver, spec *sqlgraph.UpdateSpec, l *Links) dialect.Driver {
	return write.UpdateLinking(drv, spec, l)
}

// UpdateNode is sqlgraph.UpdateNode that also bumps the versions of children, for types that have no version
// themselves.
func UpdateNode(ctx context.Context, drv dialect.Driver, spec *sqlgraph.UpdateSpec, l *Links) error {
	return write.UpdateNode(ctx, drv, spec, l)
}

// Linking returns a driver for one of ent's writes. It bumps the version of children whose foreign key changes.
func Linking(drv dialect.Driver, l *Links) dialect.Driver { return write.Linking(drv, l) }

// Atomic makes ent's own multi-statement writes atomic: one that fails halfway in a transaction is undone as a whole.
func Atomic(drv dialect.Driver) dialect.Driver { return write.Atomic(drv) }

// Ending wraps a driver for one of ent's own writes. The result's End rolls back what a panic left open.
func Ending(drv *dialect.Driver, spec *sqlgraph.UpdateSpec) *write.EndingDriver {
	return write.Ending(drv, spec)
}

// CreateTouching prepares the creation of children, which bumps their parents.
func CreateTouching(s *Schema, drv dialect.Driver, opts []sql.ConflictOption, sets bool, specs []*sqlgraph.CreateSpec, expected ...*Expectation) dialect.Driver {
	return write.CreateTouching(s, drv, opts, sets, specs, expected...)
}

// Unread notes that the caller of a save does not want the row, and leaves it unread unless a hook may want it.
func Unread(e *Expectation, hooks []ent.Hook) { batch.Unread(e, hooks) }

// Inserting makes the INSERT of a creation return the xmin of its rows.
func Inserting(drv dialect.Driver, made func(version int64)) dialect.Driver {
	return write.Inserting(drv, made)
}

// InsertingRows is [Inserting] for a creation of n rows.
func InsertingRows(drv dialect.Driver, n int, made func(i int, version int64)) dialect.Driver {
	return write.InsertingRows(drv, n, made)
}

// OnConflict completes the conflict options of an upsert.
func OnConflict(s *Schema, e *Expectation, table string, opts []sql.ConflictOption) []sql.ConflictOption {
	return write.OnConflict(s, e, table, opts)
}

// Upsert adds the hook of an upsert that expects a version, as the innermost hook. It is [IfVersion] for code that was
// generated earlier.
func Upsert(hooks []ent.Hook, d string, typed func(error) error, opts *[]sql.ConflictOption) []ent.Hook {
	return write.Upsert(hooks, write.UpsertGuard{Dialect: d, Options: opts}, typed)
}

// UpsertNewer adds the hook of an upsert that writes its version over older ones only, as the innermost hook. It is
// [IfNewer] for code that was generated earlier.
func UpsertNewer(hooks []ent.Hook, d string, typed func(error) error, opts *[]sql.ConflictOption) []ent.Hook {
	return write.Upsert(hooks, write.UpsertGuard{Newer: true, Dialect: d, Options: opts}, typed)
}

// Delete guards a delete: of one row, which the predicate that row returns selects, or of many. If the result is Done,
// as for most deletes, it has carried out the delete with its own statement.
func Delete(ctx context.Context, drv dialect.Driver, m write.DeleteMutation, spec *sqlgraph.DeleteSpec, predicates int, id any, row func(id any) func(*sql.Selector), typed func(error) error) Deletion {
	return write.Delete(ctx, drv, m, spec, predicates, id, row, typed)
}

// NewUpdates returns a builder that saves update builders through drv.
//
//go:noinline
func NewUpdates[B, T any](drv dialect.Driver, builders []B, saves Saves[B, T]) *Updates[B, T] {
	return batch.NewUpdates(drv, builders, saves)
}

// NewDeletes returns a builder that deletes entities through drv. keys are the columns of the primary key, and build
// returns the Exec of an entity's own builder.
//
//go:noinline
func NewDeletes[T any](drv dialect.Driver, entities []T, keys []string, build func(T) (*Expectation, func(context.Context) error)) *Deletes[T] {
	return batch.NewDeletes(drv, entities, keys, build)
}

// Aborted reports whether err is the error of another row of the batch, so that the current builder must not convert
// it.
func Aborted(err error) bool { return write.Aborted(err) }

// VerifyIn wraps tx so that it checks rows when it commits. state is the state of tx, and drv is the driver that began
// it.
func VerifyIn(state *TxState, tx dialect.Tx, drv dialect.Driver, rows ...*Verified) *verify.VerifyingTx {
	return verify.VerifyIn(state, tx, drv, rows...)
}

// VerifyNow checks and locks rows in a transaction whose commit can't be observed.
func VerifyNow(tx dialect.Tx, drv dialect.Driver, rows ...*Verified) error {
	return verify.VerifyNow(tx, drv, rows...)
}

// Ended reports whether tx has ended, so that nothing can be read in it anymore.
func Ended(tx dialect.Tx) bool { return verify.Ended(tx) }

// NotInTx returns the error for verifying a row outside a transaction.
func NotInTx(s *Schema) error { return verify.NotInTx(s) }
