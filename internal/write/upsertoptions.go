package write

import (
	"context"
	"slices"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// optionAnswers is what the options of an upsert say about its update branch. ent does not expose their content, so
// their SQL is inspected.
type optionAnswers struct {
	// nothing is DoNothing, and keeps is Ignore, or either of them on MySQL, which has no keyword for them.
	nothing, keeps bool
	// where is an UpdateWhere.
	where bool
	// target lists the columns of ConflictColumns.
	target []string
}

func askOptions(d string, opts []sql.ConflictOption) *optionAnswers {
	return &optionAnswers{nothing: doesNothing(d, opts), keeps: keepsRow(d, opts), where: hasWhere(d, opts), target: targetOf(opts)}
}

// check refuses upserts that can't be guarded.
func (o *optionAnswers) check(s *version.Schema, d string, op ent.Op) error {
	switch {
	case d == dialect.MySQL && o.keeps, o.nothing:
		return s.Errorf(op, nil, "the upsert does not change an existing row, so there is nothing to guard with IfVersion or IfNewer. "+
			"Leave one of the two out")
	case o.where:
		return s.Errorf(op, nil, "the upsert has its own condition (sql.UpdateWhere), which IfVersion and IfNewer would replace. "+
			"Compare the version there")
	}
	return nil
}

// checkNewer refuses upserts in which IfNewer would report a version as written that was not.
func (g UpsertGuard) checkNewer(ctx context.Context, s *version.Schema, op ent.Op, e *Expectation) error {
	switch {
	case e.source != sourceNone:
		return bothStated(s, op)
	case entocc.IncrementSkipped(ctx, s.Type):
		return s.Errorf(op, nil, "IfNewer(%v) under SkipIncrement: the row would keep its version, and an older delivery could be written "+
			"over this one. Leave one of the two out", e.newer)
	case !s.Strategy.Possible(e.newer):
		return s.Errorf(op, nil, "IfNewer(%v): no row can have this version. Versions begin at 1", e.newer)
	case g.asked.keeps:
		return s.Errorf(op, nil, "the upsert does not change an existing row (Ignore), so IfNewer(%v) could not take effect. "+
			"Use UpdateNewValues", e.newer)
	}
	return nil
}

func bothStated(s *version.Schema, op ent.Op) error {
	return s.Errorf(op, nil, "the upsert has both IfVersion and IfNewer. Leave one of the two out")
}

// keepsRow reports whether the options are those of Ignore, or those of DoNothing on MySQL, which has no keyword for
// either.
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

// hasWhere reports whether the options have an UpdateWhere.
func hasWhere(d string, opts []sql.ConflictOption) bool {
	query, _ := sql.Dialect(d).Insert("t").Columns("c").Values(0).OnConflict(append(slices.Clip(opts),
		sql.ResolveWith(func(u *sql.UpdateSet) { u.Set("c", 0) }))...).Query()
	_, update, found := strings.Cut(query, " DO UPDATE SET ")
	if !found {
		_, update, _ = strings.Cut(query, " ON DUPLICATE KEY UPDATE ")
	}
	return strings.Contains(update, " WHERE ")
}

// targetOf returns the columns that the options name as conflict columns.
func targetOf(opts []sql.ConflictOption) []string {
	query, _ := sql.Dialect(dialect.Postgres).Insert("t").Columns("c").Values(0).OnConflict(opts...).Query()
	_, named, found := strings.Cut(query, ` ON CONFLICT ("`)
	if !found {
		return nil
	}
	named, _, _ = strings.Cut(named, `")`)
	return strings.Split(named, `", "`)
}
