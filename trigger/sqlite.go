package trigger

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
)

// sqlite has a trigger that updates the row once more, as NEW can't be changed there. RETURNING shows the row before
// that. The second update bumps the version, so the trigger does not act on it even if triggers are recursive.
type sqlite struct{}

func (sqlite) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (s sqlite) create(t *table) []string {
	version := s.quote(t.Schema.Column)
	when, act := "AFTER", ""
	if t.refusing {
		when, act = "BEFORE", "SELECT RAISE(ABORT, '"+strings.ReplaceAll(t.refusal(), "'", "''")+"')"
	} else {
		key := make([]string, len(t.Key))
		for i, c := range t.Key {
			key[i] = fmt.Sprintf("%[1]s IS NEW.%[1]s", s.quote(c))
		}
		act = fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", s.quote(t.Name), version, t.next(dialect.SQLite, "OLD."+version), strings.Join(key, " AND "))
	}
	return append(s.drop(t), fmt.Sprintf("CREATE TRIGGER %s %s UPDATE ON %s FOR EACH ROW\nWHEN %s\nBEGIN %s\n%s; END",
		t.qualified(s, t.trigger), when, s.quote(t.Name), t.when(s, s.differs, s.same), t.comment(), act))
}

// differs compares exactly: a column may have the collation NOCASE.
func (sqlite) differs(c string) string {
	return fmt.Sprintf("NEW.%[1]s IS NOT OLD.%[1]s COLLATE BINARY", c)
}

func (sqlite) same(c string) string { return fmt.Sprintf("NEW.%[1]s IS OLD.%[1]s", c) }

func (s sqlite) drop(t *table) []string {
	return []string{"DROP TRIGGER IF EXISTS " + t.qualified(s, t.trigger)}
}

// master is the schema table of the table's database.
func (s sqlite) master(t *table) string {
	if t.Namespace == "" {
		return "sqlite_master"
	}
	return s.quote(t.Namespace) + ".sqlite_master"
}

func (s sqlite) installed(ctx context.Context, q querier, t *table) (*found, error) {
	var text, on string
	err := q.QueryRowContext(ctx, "SELECT sql, tbl_name FROM "+s.master(t)+" WHERE type = 'trigger' AND name = ? COLLATE NOCASE", t.trigger).Scan(&text, &on)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(on, t.Name) {
		return &found{}, nil
	}
	return newFound(text), nil
}

func (s sqlite) column(ctx context.Context, q querier, t *table) (kind, typ string, err error) {
	err = q.QueryRowContext(ctx, "SELECT m.type, c.type FROM "+s.master(t)+" m JOIN pragma_table_info(m.name) c "+
		"WHERE m.type IN ('table', 'view') AND m.name = ? COLLATE NOCASE AND c.name = ? COLLATE NOCASE", t.Name, t.Schema.Column).Scan(&kind, &typ)
	return kind, typ, err
}

func (sqlite) each(ctx context.Context, db *stdsql.DB, f func(execer) error) error {
	return inTx(ctx, db, f)
}
