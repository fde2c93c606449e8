package occrun

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc/internal/batch"
	"github.com/entocc/entocc/internal/write"
)

// Creating notes what a mutation is about to create, and returns the driver that sends it.
func Creating(e *Expectation, drv dialect.Driver, spec *sqlgraph.CreateSpec) dialect.Driver {
	return write.Creating(e, drv, spec)
}

// CreateBulk carries out a creation of many rows if it is a guarded upsert, so that nothing is left for ent to send;
// otherwise it returns the driver that sends it. The last of its mutations expects e.
func CreateBulk(ctx context.Context, drv dialect.Driver, e *Expectation, spec *sqlgraph.BatchCreateSpec) dialect.Driver {
	return write.CreateBulk(ctx, drv, e, spec)
}

// IfVersion makes an upsert update a row only if it has this version. parts are those of its builder.
func IfVersion[U any](upsert U, parts batch.UpsertParts, d string, opts *[]sql.ConflictOption, version any) U {
	m, hooks, typed := parts()
	_, e := m.VersionGuard()
	e.In(version)
	*hooks = write.Upsert(*hooks, write.UpsertGuard{Versions: []any{version}, Dialect: d, Options: opts}, typed)
	return upsert
}

// IfNewer makes an upsert update a row only if its version is older than the one that its builder is given.
func IfNewer[U any](upsert U, parts batch.UpsertParts, d string, opts *[]sql.ConflictOption) U {
	_, hooks, typed := parts()
	*hooks = write.Upsert(*hooks, write.UpsertGuard{Newer: true, Dialect: d, Options: opts}, typed)
	return upsert
}

// BulkIfVersion is [IfVersion] for an upsert of many rows, with a version for each. failed is the error with which the
// upsert refuses to be executed.
func BulkIfVersion[U, B, V any](upsert U, failed *error, s *Schema, builders *[]B, parts func(B) (GuardedMutation, *[]ent.Hook, func(error) error), d string, opts *[]sql.ConflictOption, versions []V) U {
	if len(versions) != len(*builders) && *failed == nil {
		*failed = s.Errorf(ent.OpCreate, nil, "IfVersion was given %d versions for %d builders. Pass one for each, in their order", len(versions), len(*builders))
	}
	return guardBulk(upsert, failed, write.UpsertGuard{Dialect: d, Options: opts}, builders, parts, Versions(versions))
}

// BulkIfNewer is [IfNewer] for an upsert of many rows.
func BulkIfNewer[U, B any](upsert U, failed *error, builders *[]B, parts func(B) (GuardedMutation, *[]ent.Hook, func(error) error), d string, opts *[]sql.ConflictOption) U {
	return guardBulk(upsert, failed, write.UpsertGuard{Newer: true, Dialect: d, Options: opts}, builders, parts, nil)
}

func guardBulk[U, B any](upsert U, failed *error, guard write.UpsertGuard, builders *[]B, parts func(B) (GuardedMutation, *[]ent.Hook, func(error) error), versions []any) U {
	if *failed == nil {
		*failed = batch.GuardUpserts(guard, builders, parts, versions)
	}
	return upsert
}
