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
	guarded := (e.Stated() || e.newer != nil) && !e.unchecked
	all := append(slices.Clip(opts), sql.ResolveWith(func(u *sql.UpdateSet) {
		switch {
		case s.Strategy.BySystem(), keeps(u):
		case guarded && e.assigns:
			u.Set(s.Column, guardedBump(s, table, e))
		case e.shadow:
			u.SetIgnore(s.Column)
		case guarded && e.newer != nil:
			u.SetExcluded(s.Column)
		default:
			u.Set(s.Column, s.Bump(table))
		}
	}))
	if guarded && !e.assigns {
		all = append(all, sql.UpdateWhere(upsertGuard(s, table, e)))
	}
	return all
}

// guardedBump is the guard of an upsert of MySQL and MariaDB, whose ON DUPLICATE KEY UPDATE takes no condition: a number that is
// out of range instead of the next version, so that the statement fails and writes nothing. It has the length of the
// version in it, or the database would compute it before there is a row.
func guardedBump(s *version.Schema, table string, e *Expectation) sql.Querier {
	return sql.ExprFunc(func(b *sql.Builder) {
		column := b.Quote(table) + "." + b.Quote(s.Column)
		b.WriteString("IF(").Join(upsertGuard(s, table, e)).WriteString(", ")
		switch {
		case e.shadow:
			b.WriteString(column)
		case e.newer != nil:
			b.WriteString(incoming(b, s.Column))
		default:
			b.Join(s.Bump(table))
		}
		// A number can't be assigned to a column of MariaDB's type uuid, though it never is.
		b.WriteString(", CAST(9223372036854775807 + (1 + COALESCE(CHAR_LENGTH(").WriteString(column).WriteString("), 0)) AS CHAR))")
	})
}

// isGuarded knows the error of guardedBump: MySQL and MariaDB write the expression that is out of range.
func isGuarded(err error) bool {
	msg := strings.ToLower(err.Error())
	return strings.Contains(msg, "bigint value is out of range") && strings.Contains(msg, "char_length(")
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

// upsertGuard is what the row that is there has to meet.
func upsertGuard(s *version.Schema, table string, e *Expectation) *sql.Predicate {
	if e.newer == nil {
		return qualified(s, table, e.versions)
	}
	return sql.P(func(b *sql.Builder) {
		column := b.Quote(table) + "." + b.Quote(s.Column)
		b.WriteString("(").WriteString(column).WriteString(" IS NULL OR ").WriteString(column).WriteString(" < ").
			WriteString(incoming(b, s.Column)).WriteString(")")
	})
}

// incoming is a column of the row that the upsert would have created.
func incoming(b *sql.Builder, column string) string {
	if b.Dialect() == dialect.MySQL {
		return "VALUES(" + b.Quote(column) + ")"
	}
	return b.Quote("excluded") + "." + b.Quote(column)
}

// qualified is the guard of an upsert, where a bare column would be ambiguous.
func qualified(s *version.Schema, table string, expected []any) *sql.Predicate {
	if expected = s.Comparable(expected); len(expected) == 0 {
		return sql.False()
	}
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
// guard, and reports a stale update branch, which the database answers by no row, as the conflict that it is.
func Upsert(hooks []ent.Hook, newer bool, d string, typed func(error) error, opts *[]sql.ConflictOption) []ent.Hook {
	return append(slices.Clip(hooks), func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			g, ok := m.(Guarded)
			if !ok {
				return nil, fmt.Errorf("entocc: %T was not generated with the extension", m)
			}
			s, e := g.VersionGuard()
			e.unchecked, e.assigns = entocc.CheckSkipped(ctx, s.Type), d == dialect.MySQL
			if e.unchecked {
				return next.Mutate(ctx, m)
			}
			if err := checkUpsert(s, d, m.Op(), *opts); err != nil {
				return nil, err
			}
			if newer {
				e.newer, _ = m.Field(s.Column) // ent knows fields by their columns
				if err := checkNewer(ctx, s, d, m.Op(), e, *opts); err != nil {
					return nil, err
				}
			}
			claim := e.claim(s, m.Op(), nil, e.versions)
			v, err := next.Mutate(ctx, m)
			switch {
			case errors.Is(err, stdsql.ErrNoRows), err != nil && e.assigns && isGuarded(err):
				if e.newer != nil {
					return nil, &entocc.NotNewerError{Type: s.Type, Version: e.newer}
				}
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
	case d == dialect.MySQL && keepsRow(d, opts), doesNothing(d, opts):
		return s.Errorf(op, nil, "the upsert writes nothing to a row that is there, so there is nothing to guard by IfVersion or IfNewer. "+
			"Leave one of the two out")
	case hasWhere(d, opts):
		return s.Errorf(op, nil, "the upsert has a condition of its own (sql.UpdateWhere), which IfVersion and IfNewer would replace. "+
			"Compare the version there")
	}
	return nil
}

// checkNewer refuses what would make IfNewer say that a version was written which was not.
func checkNewer(ctx context.Context, s *version.Schema, d string, op ent.Op, e *Expectation, opts []sql.ConflictOption) error {
	switch {
	case e.source != sourceNone:
		return s.Errorf(op, nil, "the upsert has both IfVersion and IfNewer. Leave one of the two out")
	case entocc.IncrementSkipped(ctx, s.Type):
		return s.Errorf(op, nil, "IfNewer(%v) under SkipIncrement: the row would keep its version, and an older delivery could be written "+
			"over this one. Leave one of the two out", e.newer)
	case !s.Strategy.Possible(e.newer):
		return s.Errorf(op, nil, "IfNewer(%v): no row can have this version. Versions begin at 1", e.newer)
	case keepsRow(d, opts):
		return s.Errorf(op, nil, "the upsert writes nothing to a row that is there (Ignore), so IfNewer(%v) could not take effect. "+
			"Use UpdateNewValues", e.newer)
	}
	return nil
}

// keepsRow reports whether the options are those of Ignore, or those of DoNothing on MySQL, which has no word for either.
func keepsRow(d string, opts []sql.ConflictOption) (kept bool) {
	sql.Dialect(d).Insert("t").Columns("c").Values(0).OnConflict(append(slices.Clip(opts),
		sql.ResolveWith(func(u *sql.UpdateSet) { kept = keeps(u) }))...).Query()
	return kept
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
	_, update, found := strings.Cut(query, " DO UPDATE SET ")
	if !found {
		_, update, _ = strings.Cut(query, " ON DUPLICATE KEY UPDATE ")
	}
	return strings.Contains(update, " WHERE ")
}
