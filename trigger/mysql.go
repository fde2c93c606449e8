package trigger

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
)

// mysql is MySQL and MariaDB. Their DDL is not transactional: each statement commits on its own.
type mysql struct{}

func (mysql) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func (m mysql) create(t *table) []string {
	version := m.quote(t.Schema.Column)
	act := fmt.Sprintf("SET NEW.%s = %s;", version, t.next(dialect.MySQL, "OLD."+version))
	if t.refusing { // A message has 128 characters at most.
		act = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '" + cut(strings.ReplaceAll(t.refusal(), "'", "''"), 128) + "';"
	}
	return append(m.drop(t), fmt.Sprintf("CREATE TRIGGER %s BEFORE UPDATE ON %s FOR EACH ROW\nBEGIN %s\nIF %s AND COALESCE(@entocc_triggers, '') <> 'off' THEN %s END IF; END",
		t.qualified(m, t.trigger), t.qualified(m, t.Name), t.comment(), t.when(m, m.differs, m.same), act))
}

// differs compares bytes, because two different texts may be equal in a collation.
func (mysql) differs(c string) string {
	return fmt.Sprintf("NOT (BINARY NEW.%[1]s <=> BINARY OLD.%[1]s)", c)
}

func (mysql) same(c string) string { return fmt.Sprintf("NEW.%[1]s <=> OLD.%[1]s", c) }

// cut cuts a text to at most n bytes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

func (m mysql) drop(t *table) []string {
	return []string{"DROP TRIGGER IF EXISTS " + t.qualified(m, t.trigger)}
}

// from selects the table, in its own database or in the connection's.
func (t *table) from(column string) (where string, args []any) {
	if t.Namespace == "" {
		return column + " = DATABASE()", nil
	}
	return column + " = ?", []any{t.Namespace}
}

func (mysql) installed(ctx context.Context, q querier, t *table) (*found, error) {
	where, args := t.from("TRIGGER_SCHEMA")
	var text, on string
	err := q.QueryRowContext(ctx, "SELECT ACTION_STATEMENT, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE "+where+" AND TRIGGER_NAME = ?",
		append(args, t.trigger)...).Scan(&text, &on)
	if err != nil {
		return nil, err
	}
	if on != t.Name {
		return &found{}, nil
	}
	return newFound(text), nil
}

func (mysql) column(ctx context.Context, q querier, t *table) (kind, typ string, err error) {
	where, args := t.from("t.TABLE_SCHEMA")
	err = q.QueryRowContext(ctx, "SELECT IF(t.TABLE_TYPE = 'BASE TABLE', 'table', LOWER(t.TABLE_TYPE)), c.DATA_TYPE "+
		"FROM information_schema.TABLES t JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "+
		"WHERE "+where+" AND t.TABLE_NAME = ? AND c.COLUMN_NAME = ?", append(args, t.Name, t.Schema.Column)...).Scan(&kind, &typ)
	return kind, typ, err
}

func (mysql) each(_ context.Context, db *stdsql.DB, f func(execer) error) error { return f(db) }
