package write

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// OnConflict completes the conflict options of an upsert: the update branch bumps the version, exactly once and whatever
// else it sets, and is guarded where the mutation expects a version. No options means a plain INSERT.
func OnConflict(s *version.Schema, e *Expectation, table string, opts []sql.ConflictOption) []sql.ConflictOption {
	if len(opts) == 0 {
		return nil
	}
	all := append(slices.Clip(opts), sql.ResolveWith(func(u *sql.UpdateSet) {
		switch {
		case keeps(u):
		case e.shadow:
			u.SetIgnore(s.Column)
		default:
			u.Set(s.Column, s.Bump(table))
		}
	}))
	if e.Stated() && !e.unchecked {
		all = append(all, sql.UpdateWhere(qualified(s, table, e.versions)))
	}
	return all
}

// keeps reports whether the update branch changes nothing: DoNothing, which MySQL has no word for, or Ignore, which sets
// each column to itself.
func keeps(u *sql.UpdateSet) bool {
	columns := u.UpdateColumns()
	same := sql.Dialect(u.Dialect()).Update("")
	for _, c := range columns {
		same.Set(c, sql.Expr(u.Table().C(c)))
	}
	set := func(u *sql.UpdateBuilder) string {
		insert := u.String() // The builder of an update branch begins with the INSERT.
		query, _ := u.Query()
		_, assigned, _ := strings.Cut(strings.TrimPrefix(query, insert), " SET ")
		return assigned
	}
	return len(columns) == 0 || set(u.UpdateBuilder) == set(same)
}

// qualified is the guard of an upsert, where a bare column would be ambiguous.
func qualified(s *version.Schema, table string, expected []any) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		column := b.Quote(table) + "." + b.Quote(s.Column)
		b.WriteString("(").WriteString(column).WriteString(" IN (").Args(expected...).WriteString(")")
		for _, v := range expected {
			if s.Strategy.IsZero(v) {
				b.WriteString(" OR ").WriteString(column).WriteString(" IS NULL")
				break
			}
		}
		b.WriteString(")")
	})
}

// Upsert adds the hook of an upsert that expects a version, inside of all others. It refuses what the database can't
// guard, and tells a stale update branch, which the database answers by no row, as the conflict that it is.
func Upsert(hooks []ent.Hook, d string, typed func(error) error, opts *[]sql.ConflictOption) []ent.Hook {
	return append(slices.Clip(hooks), func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			g, ok := m.(Guarded)
			if !ok {
				return nil, fmt.Errorf("entocc: %T was not generated with the extension", m)
			}
			s, e := g.VersionGuard()
			e.unchecked = entocc.CheckSkipped(ctx, s.Type)
			if e.unchecked {
				return next.Mutate(ctx, m)
			}
			if err := checkUpsert(s, d, m.Op(), *opts); err != nil {
				return nil, err
			}
			claim := e.claim(s, m.Op(), nil, e.versions)
			v, err := next.Mutate(ctx, m)
			switch {
			case errors.Is(err, stdsql.ErrNoRows):
				return nil, typed(claim.Conflict())
			case err != nil:
				return nil, typed(claim.Failed(err))
			}
			return v, nil
		})
	})
}

// checkUpsert refuses upserts that can't be guarded.
func checkUpsert(s *version.Schema, d string, op ent.Op, opts []sql.ConflictOption) error {
	switch {
	case d == dialect.MySQL:
		return s.Errorf(op, nil, "ON DUPLICATE KEY UPDATE takes no condition on MySQL and MariaDB. "+
			"Update the row by UpdateOneID(id).IfVersion(v), and create it when that is NotFound")
	case doesNothing(d, opts):
		return s.Errorf(op, nil, "DoNothing writes nothing to a row that is there, so there is nothing to guard by IfVersion. "+
			"Leave one of the two out")
	case hasWhere(d, opts):
		return s.Errorf(op, nil, "the upsert has a condition of its own (sql.UpdateWhere), which IfVersion would replace. "+
			"Compare the version there")
	}
	return nil
}

// doesNothing reports whether the options are those of DoNothing.
func doesNothing(d string, opts []sql.ConflictOption) bool {
	query, _ := sql.Dialect(d).Insert("t").Columns("c").Values(0).OnConflict(opts...).Query()
	return strings.HasSuffix(query, " DO NOTHING")
}

// hasWhere reports whether the options have an UpdateWhere: ent lets nobody look into them, so it is asked for the SQL.
func hasWhere(d string, opts []sql.ConflictOption) bool {
	query, _ := sql.Dialect(d).Insert("t").Columns("c").Values(0).OnConflict(append(slices.Clip(opts),
		sql.ResolveWith(func(u *sql.UpdateSet) { u.Set("c", 0) }))...).Query()
	_, update, _ := strings.Cut(query, " DO UPDATE SET ")
	return strings.Contains(update, " WHERE ")
}
