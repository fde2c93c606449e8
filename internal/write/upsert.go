package write

import (
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/version"
)

// OnConflict completes the conflict options of an upsert: the update branch bumps the version, exactly once whatever
// else it sets, and is guarded if the mutation expects a version. No options means a plain INSERT.
func OnConflict(s *version.Schema, e *Expectation, table string, opts []sql.ConflictOption) []sql.ConflictOption {
	if len(opts) == 0 {
		return nil
	}
	guarded := e.guards()
	target := targetOf(opts)
	all := append(slices.Clip(opts), sql.ResolveWith(func(u *sql.UpdateSet) {
		switch {
		case s.Strategy.BySystem(), keeps(u):
		case guarded && e.assigns:
			u.Set(s.Column, guardedBump(s, table, e, guardKey(u, table, target)))
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

// guards reports whether the update branch of an upsert is guarded.
func (e *Expectation) guards() bool { return (e.Stated() || e.newer != nil) && !e.unchecked }

// guardKey has an upsert on MySQL and MariaDB, which run into any unique key, fail if the row has another key than the one that
// the upsert names: it would overwrite a row that nobody meant. A column that the update branch assigns is checked there, as it
// holds the new value afterwards; one that it assigns in a way of its own can't be checked. The columns that the version's guard has
// to compare, too, are returned: it may come before or after them.
func guardKey(u *sql.UpdateSet, table string, target []string) (checked []string) {
	b := &sql.Builder{}
	b.SetDialect(u.Dialect())
	set, _ := u.Query()
	for _, c := range target {
		own := b.Quote(table) + "." + b.Quote(c)
		switch {
		case strings.Contains(set, b.Quote(c)+" = "+incoming(b, c)):
			u.Set(c, sql.ExprFunc(func(b *sql.Builder) {
				b.WriteString("IF(" + own + " = " + incoming(b, c) + ", " + incoming(b, c) + ", " + outOfRange(otherKey, own) + ")")
			}))
			checked = append(checked, c)
		case !slices.Contains(u.UpdateColumns(), c), strings.Contains(set, b.Quote(c)+" = "+own), strings.Contains(set, "LAST_INSERT_ID("+b.Quote(c)+")"):
			checked = append(checked, c)
		}
	}
	return checked
}

// guardedBump is the guard of an upsert on MySQL and MariaDB, whose ON DUPLICATE KEY UPDATE takes no condition: instead
// of the next version it assigns a number that is out of range, so that the statement fails and writes nothing. It does so, too,
// if the row does not have the key.
func guardedBump(s *version.Schema, table string, e *Expectation, key []string) sql.Querier {
	return sql.ExprFunc(func(b *sql.Builder) {
		column := b.Quote(table) + "." + b.Quote(s.Column)
		for _, c := range key {
			b.WriteString("IF(" + b.Quote(table) + "." + b.Quote(c) + " = " + incoming(b, c) + ", ")
		}
		b.WriteString("IF(").Join(upsertGuard(s, table, e)).WriteString(", ")
		switch {
		case e.shadow:
			b.WriteString(column)
		case e.newer != nil:
			b.WriteString(incoming(b, s.Column))
		default:
			b.Join(s.Bump(table))
		}
		b.WriteString(", " + outOfRange(otherVersion, column) + ")")
		for range key {
			b.WriteString(", " + outOfRange(otherKey, column) + ")")
		}
	})
}

// Why a row refuses an upsert, in what is added to a number to make it out of range.
const (
	otherVersion = "1"
	otherKey     = "2"
)

// outOfRange is an expression that fails. It includes the length of a column, otherwise the database would compute it
// before there is a row. MariaDB's type uuid does not accept a number, even if it is never assigned.
func outOfRange(why, column string) string {
	return "CAST(9223372036854775807 + (" + why + " + COALESCE(CHAR_LENGTH(" + column + "), 0)) AS CHAR)"
}

// isGuarded recognizes the error of outOfRange: MySQL and MariaDB include the expression that is out of range.
func isGuarded(err error) bool {
	msg := strings.ToLower(err.Error())
	return strings.Contains(msg, "bigint value is out of range") && strings.Contains(msg, "char_length(")
}

// isOtherKey recognizes the error of guardKey.
func isOtherKey(err error) bool {
	return isGuarded(err) && strings.Contains(strings.ReplaceAll(err.Error(), " ", ""), "("+otherKey+"+")
}

// keeps reports whether the update branch changes nothing: DoNothing, for which MySQL has no keyword, or Ignore, which
// sets each column to itself.
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

// upsertGuard is the condition that the existing row has to meet.
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

// qualified is the guard of an upsert, for a place where a bare column would be ambiguous.
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
