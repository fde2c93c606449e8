package databases_test

import (
	"context"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/suite"
)

// compound is a session of MariaDB with one connection, whose saves are compound statements.
type compound struct {
	session
	sent *suite.Recorder
	// theirs is the session of the other writers.
	theirs session
}

// openCompound makes a database for the test. The parameters are added to the DSN of mine.
func openCompound(t *testing.T, params string) compound {
	t.Helper()
	dsn := servers.MariaDBDatabase(t)
	c := compound{session: openMySQL(t, dsn+params), theirs: openMySQL(t, dsn)}
	c.Pool.SetMaxOpenConns(1)
	c.sent = suite.Record(entsql.OpenDB(dialect.MySQL, c.Pool))
	c.Client = ent.NewClient(ent.Driver(c.sent))
	createTables(t, c.theirs.Client)
	return c
}

// assertCompound asserts that the save sent a compound statement, and what ended its transaction.
func (c compound) assertCompound(t *testing.T, end string) {
	t.Helper()
	var saves []string
	for _, query := range c.sent.Sent() {
		if strings.HasPrefix(query, "BEGIN") && strings.Contains(query, "; UPDATE") || query == "COMMIT" || query == "ROLLBACK" {
			saves = append(saves, query)
		}
	}
	require.NotEmpty(t, saves, "%q", c.sent.Sent())
	assert.Equal(t, end, saves[len(saves)-1])
	require.GreaterOrEqual(t, len(saves), 2, "%q", c.sent.Sent())
	assert.Contains(t, saves[len(saves)-2], "; UPDATE ", "%q", c.sent.Sent())
}

// exec runs a statement on the others' pool.
func (c compound) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	_, err := c.theirs.Pool.ExecContext(t.Context(), query, args...)
	require.NoError(t, err, query)
}

func TestCompound_SavesAndConflicts(t *testing.T) {
	for name, params := range map[string]string{
		"driver's defaults": "", "clientFoundRows": "&clientFoundRows=true", "interpolateParams": "&interpolateParams=true",
		"autocommit off": "&autocommit=0", "backslashes are letters": "&sql_mode='NO_BACKSLASH_ESCAPES'&interpolateParams=true",
		"mode ORACLE": "&sql_mode=ORACLE",
		"ANSI":        "&sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE,STRICT_ALL_TABLES'",
	} {
		t.Run(name, func(t *testing.T) {
			c := openCompound(t, params)
			const odd = `it's; a "?" \' \\ -- /* */ ` + "`; END; COMMIT\x00\n"
			u := c.theirs.user(t, "before")
			saved, err := c.User.UpdateOne(u).SetName(odd).SetAvatar([]byte(odd + "\xff\xfe")).Save(t.Context())
			require.NoError(t, err)
			c.assertCompound(t, "COMMIT")
			assert.Equal(t, odd, saved.Name)
			got := c.theirs.load(t, u.ID)
			assert.Equal(t, got.String(), saved.String())
			assert.Equal(t, []byte(odd+"\xff\xfe"), got.Avatar)

			_, err = c.User.UpdateOne(u).SetName("lost").Save(t.Context())
			var modified *ent.UserModifiedError
			require.ErrorAs(t, err, &modified)
			assert.EqualValues(t, 2, modified.Actual)
			c.assertCompound(t, "ROLLBACK")
			c.exec(t, "DELETE FROM users WHERE id = ?", u.ID)
			_, err = c.User.UpdateOne(saved).SetName("lost").Save(t.Context())
			require.ErrorAs(t, err, &modified)
			assert.True(t, modified.Deleted)
			c.assertCompound(t, "ROLLBACK")
		})
	}
}

func TestCompound_RowCountIsThatOfTheUpdate(t *testing.T) {
	c := openCompound(t, "")
	c.exec(t, "CREATE TABLE log (name varchar(255))")
	c.exec(t, "INSERT INTO log VALUES ('a'), ('b')")
	c.exec(t, "CREATE TRIGGER rewriting BEFORE UPDATE ON users FOR EACH ROW SET NEW.password = CONCAT('of ', NEW.name)")
	for _, body := range []string{"UPDATE log SET name = NEW.name", "UPDATE log SET name = 'x' WHERE 1 = 0", "DELETE FROM log WHERE 1 = 0", "INSERT INTO log VALUES (OLD.name), (NEW.name)"} {
		c.exec(t, "CREATE OR REPLACE TRIGGER logging AFTER UPDATE ON users FOR EACH ROW "+body)
		u := c.theirs.user(t, "before")
		saved, err := c.User.UpdateOne(u).SetName("after").Save(t.Context())
		require.NoError(t, err, body)
		c.assertCompound(t, "COMMIT")
		assert.EqualValues(t, 2, saved.Version)
		assert.Equal(t, "of after", saved.Password, "the row is what the triggers made of it")
		err = c.User.UpdateOne(u).SetName("lost").Exec(t.Context())
		assert.True(t, ent.IsRecordModified(err), "%s: %v", body, err)
	}
}

func TestCompound_NeedsNoFurtherPrivilege(t *testing.T) {
	c := openCompound(t, "")
	u := c.theirs.user(t, "before")
	var name string
	require.NoError(t, c.Pool.QueryRowContext(t.Context(), "SELECT DATABASE()").Scan(&name))
	c.exec(t, "CREATE USER "+name+"@'%' IDENTIFIED BY 'secret'")
	t.Cleanup(func() {
		_, err := c.theirs.Pool.ExecContext(context.WithoutCancel(t.Context()), "DROP USER "+name+"@'%'")
		require.NoError(t, err)
	})
	c.exec(t, "GRANT SELECT, UPDATE ON "+name+".users TO "+name+"@'%'")
	_, at, _ := strings.Cut(servers.MariaDB(t), "@")
	host, _, _ := strings.Cut(at, "/")
	c.session = openMySQL(t, name+":secret@"+host+"/"+name+"?parseTime=true")
	c.sent = suite.Record(entsql.OpenDB(dialect.MySQL, c.Pool))
	require.NoError(t, ent.NewClient(ent.Driver(c.sent)).User.UpdateOne(u).SetName("after").Exec(t.Context()))
	c.assertCompound(t, "COMMIT")
}

// likeMySQL is a driver whose server does not understand compound statements once refuses is set.
type likeMySQL struct {
	*entsql.Driver
	refuses *bool
}

func (d likeMySQL) Pin(ctx context.Context) (hook.Pinned, error) {
	conn, err := hook.Pin(ctx, d.Driver)
	return likeMySQLConn{conn, d.refuses}, err
}

type likeMySQLConn struct {
	hook.Pinned
	refuses *bool
}

func (c likeMySQLConn) Query(ctx context.Context, query string, args, v any) error {
	if *c.refuses {
		query = strings.Replace(query, "BEGIN NOT ATOMIC ", "BEGIN ATOMIC ", 1) // 1064
	}
	return c.Pinned.Query(ctx, query, args, v)
}

// ownDriver is a custom driver, which may do anything with statements.
type ownDriver struct{ *entsql.Driver }

// Where compound statements are not available, saves send ent's statements.
func TestCompound_IsLeftWhereItIsNotUnderstood(t *testing.T) {
	refuses := true
	for name, drv := range map[string]func(*entsql.Driver) dialect.Driver{
		"like MySQL":    func(drv *entsql.Driver) dialect.Driver { return likeMySQL{drv, &refuses} },
		"custom driver": func(drv *entsql.Driver) dialect.Driver { return ownDriver{drv} },
	} {
		t.Run(name, func(t *testing.T) {
			c := openCompound(t, "")
			c.sent = suite.Record(drv(entsql.OpenDB(dialect.MySQL, c.Pool)))
			c.Client = ent.NewClient(ent.Driver(c.sent))
			u, err := c.User.UpdateOne(c.theirs.user(t, "before")).SetName("after").Save(t.Context())
			require.NoError(t, err)
			stale := *u
			u = c.assertOldWay(t, u)
			stale.Version = 1
			err = c.User.UpdateOne(&stale).SetName("lost").Exec(t.Context())
			assert.True(t, ent.IsRecordModified(err), "%v", err)
			assert.Equal(t, "again", u.Name)
		})
	}
}

// assertOldWay saves the User, and asserts that this took ent's four statements.
func (c compound) assertOldWay(t *testing.T, u *ent.User) *ent.User {
	t.Helper()
	c.sent.Reset()
	u, err := c.User.UpdateOne(u).SetName("again").Save(t.Context())
	require.NoError(t, err)
	sent := c.sent.Sent()
	require.GreaterOrEqual(t, len(sent), 4, "%q", sent)
	assert.Equal(t, "BEGIN", sent[0], "the server is asked once: %q", sent)
	assert.Equal(t, "COMMIT", sent[len(sent)-1])
	return u
}

// A server understood the question but not the statement, as another server behind the same name might.
func TestCompound_FallsBackWhenAStatementIsNotUnderstood(t *testing.T) {
	c := openCompound(t, "")
	refuses := new(bool)
	c.sent = suite.Record(likeMySQL{entsql.OpenDB(dialect.MySQL, c.Pool), refuses})
	c.Client = ent.NewClient(ent.Driver(c.sent))
	u, err := c.User.UpdateOne(c.theirs.user(t, "before")).SetName("after").Save(t.Context())
	require.NoError(t, err)
	c.assertCompound(t, "COMMIT")
	*refuses = true
	u, err = c.User.UpdateOne(u).SetName("not understood").Save(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "not understood", u.Name)
	assert.EqualValues(t, 3, u.Version)
	c.assertOldWay(t, u)
}

func TestCompound_NodesOfAClusterAreLeftAlone(t *testing.T) {
	mine, _ := pairOn(t, galera, repeatableRead)
	c := compound{session: mine, sent: suite.Record(entsql.OpenDB(dialect.MySQL, mine.Pool))}
	c.Client = ent.NewClient(ent.Driver(c.sent))
	u, err := c.User.UpdateOne(mine.user(t, "before")).SetName("after").Save(t.Context())
	require.NoError(t, err)
	c.assertOldWay(t, u)
}

// ent sets session variables before a statement, and its way does not work with a pinned connection.
func TestCompound_SessionVariablesAreSet(t *testing.T) {
	c := openCompound(t, "")
	c.exec(t, "CREATE TRIGGER signing BEFORE UPDATE ON users FOR EACH ROW SET NEW.password = @editor")
	ctx := entsql.WithVar(t.Context(), "@editor", "ada")
	u, err := c.User.UpdateOne(c.theirs.user(t, "before")).SetName("after").Save(ctx)
	require.NoError(t, err)
	assert.Equal(t, "ada", u.Password)
}

// To the driver, the columns of a compound statement are those of a plain SELECT, whatever their type.
func TestCompound_ColumnsAreThoseOfASelect(t *testing.T) {
	const columns = "id, i1, i8, u8, b, f4, f8, de, ch, vc, tx, lt, bl, bi, js, en, st, d, dt, d6, ts, ti, y, bt, nu, uu, i6, gen"
	for name, params := range map[string]string{"driver's defaults": "", "interpolateParams": "&interpolateParams=true"} {
		t.Run(name, func(t *testing.T) {
			c := openCompound(t, params)
			c.exec(t, `CREATE TABLE kinds (id bigint PRIMARY KEY, i1 tinyint, i8 bigint, u8 bigint unsigned, b bool, f4 float, f8 double, de decimal(30, 10),
				ch char(36), vc varchar(255), tx text, lt longtext, bl longblob, bi binary(16), js json, en enum('a', 'b'), st set('a', 'b'),
				d date, dt datetime, d6 datetime(6), ts timestamp, ti time(3), y year, bt bit(9), nu int NULL, uu uuid, i6 inet6, gen int AS (i1 + 1) STORED)`)
			c.exec(t, `INSERT INTO kinds VALUES (1, -5, -9223372036854775808, 18446744073709551615, true, 0.1, 0.1, 12345678901234567890.0123456789,
				'c', 'ü€😀', 'text', REPEAT('x', 100000), x'00ff80', x'000102', '{"a": [1]}', 'b', 'a,b',
				'2024-02-29', '2024-02-29 12:34:56', '2024-02-29 12:34:56.654321', '2024-02-29 12:34:56', '-25:01:02.345', 2024, b'101010101', NULL, UUID(), '::1', DEFAULT)`)
			want := c.rows(t, "SELECT "+columns+" FROM kinds WHERE id = ?", 1)
			got := c.rows(t, "BEGIN NOT ATOMIC START TRANSACTION; UPDATE kinds SET vc = ? WHERE id = ?; SELECT "+columns+
				" FROM kinds WHERE id = ?; COMMIT; END", "ü€😀", 1, 1)
			assert.Equal(t, want, got)
		})
	}
}

// rows reads a row, and what the driver says about its columns.
func (c compound) rows(t *testing.T, query string, args ...any) (all []any) {
	t.Helper()
	rows, err := c.Pool.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	types, err := rows.ColumnTypes()
	require.NoError(t, err)
	require.True(t, rows.Next())
	values := make([]any, len(types))
	into := make([]any, len(types))
	for i := range values {
		into[i] = &values[i]
	}
	require.NoError(t, rows.Scan(into...))
	for i, column := range types {
		precision, scale, _ := column.DecimalSize()
		nullable, _ := column.Nullable()
		all = append(all, []any{column.Name(), column.DatabaseTypeName(), column.ScanType().String(), precision, scale, nullable, values[i]})
	}
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
	return all
}
