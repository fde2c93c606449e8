package trigger

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
)

// postgres has a BEFORE trigger, whose NEW row RETURNING shows.
type postgres struct{}

func (postgres) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (p postgres) create(t *table) []string {
	version := p.quote(t.Schema.Column)
	body := fmt.Sprintf("NEW.%s := %s; RETURN NEW;", version, t.next(dialect.Postgres, "OLD."+version))
	if t.refusing {
		key := make([]string, len(t.Key))
		for i, c := range t.Key {
			key[i] = "OLD." + p.quote(c)
		}
		message := strings.ReplaceAll(t.refusal()+" (row %, from version % to %)", "'", "''")
		body = fmt.Sprintf("RAISE EXCEPTION '%s', ROW(%s), OLD.%[3]s, NEW.%[3]s;", message, strings.Join(key, ", "), version)
	}
	function, on := t.qualified(p, t.trigger), t.qualified(p, t.Name)
	return []string{
		fmt.Sprintf("CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $entocc$ %s\nBEGIN %s END $entocc$", function, t.comment(), body),
		p.dropTrigger(t),
		fmt.Sprintf("CREATE TRIGGER %s BEFORE UPDATE ON %s FOR EACH ROW\nWHEN (%s AND COALESCE(current_setting('entocc.triggers', true), '') <> 'off')\nEXECUTE FUNCTION %s()",
			p.quote(t.trigger), on, t.when(p, p.differs, p.same), function),
	}
}

// differs compares texts: some types, such as json, can't be compared, and citext ignores case.
func (postgres) differs(c string) string {
	return fmt.Sprintf(`NEW.%[1]s::text COLLATE "C" IS DISTINCT FROM OLD.%[1]s::text COLLATE "C"`, c)
}

func (postgres) same(c string) string {
	return fmt.Sprintf("NEW.%[1]s IS NOT DISTINCT FROM OLD.%[1]s", c)
}

func (p postgres) dropTrigger(t *table) string {
	return fmt.Sprintf("DROP TRIGGER IF EXISTS %s ON %s", p.quote(t.trigger), t.qualified(p, t.Name))
}

func (p postgres) drop(t *table) []string {
	return []string{p.dropTrigger(t), fmt.Sprintf("DROP FUNCTION IF EXISTS %s()", t.qualified(p, t.trigger))}
}

func (p postgres) installed(ctx context.Context, q querier, t *table) (*found, error) {
	var text, enabled string
	err := q.QueryRowContext(ctx, "SELECT p.prosrc, t.tgenabled FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "+
		"WHERE NOT t.tgisinternal AND t.tgname = $1 AND t.tgrelid = to_regclass($2)", t.trigger, t.qualified(p, t.Name)).Scan(&text, &enabled)
	if err != nil {
		return nil, err
	}
	f := newFound(text)
	f.disabled = enabled == "D" || enabled == "R" // R: only on replicas
	return f, nil
}

func (p postgres) column(ctx context.Context, q querier, t *table) (kind, typ string, err error) {
	err = q.QueryRowContext(ctx, "SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' "+
		"WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'relation' END, format_type(a.atttypid, NULL) "+
		"FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = to_regclass($1) AND a.attname = $2 AND NOT a.attisdropped",
		t.qualified(p, t.Name), t.Schema.Column).Scan(&kind, &typ)
	return kind, typ, err
}

func (postgres) each(ctx context.Context, db *stdsql.DB, f func(execer) error) error {
	return inTx(ctx, db, f)
}
