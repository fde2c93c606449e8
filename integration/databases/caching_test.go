package databases_test

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// caching is a driver that answers repeated queries outside of transactions from memory, as entcache does.
type caching struct {
	dialect.Driver
	mu   sync.Mutex
	seen map[string]*cachedRows
}

func (c *caching) Query(ctx context.Context, query string, args, v any) error {
	rows, ok := v.(*entsql.Rows)
	if !ok || !strings.HasPrefix(query, "SELECT") {
		return c.Driver.Query(ctx, query, args, v)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := fmt.Sprint(query, args)
	if c.seen[key] == nil {
		var fresh entsql.Rows
		if err := c.Driver.Query(ctx, query, args, &fresh); err != nil {
			return err
		}
		all, err := readAll(&fresh)
		if err != nil {
			return err
		}
		c.seen[key] = all
	}
	rows.ColumnScanner = c.seen[key].replay()
	return nil
}

// cachedRows are the rows of a query.
type cachedRows struct {
	entsql.ColumnScanner
	columns []string
	rows    [][]any
	at      int
}

func readAll(rows *entsql.Rows) (*cachedRows, error) {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	c := &cachedRows{columns: columns}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		c.rows = append(c.rows, values)
	}
	return c, rows.Err()
}

func (c *cachedRows) replay() *cachedRows { return &cachedRows{columns: c.columns, rows: c.rows} }

// Close implements entsql.ColumnScanner.
func (c *cachedRows) Close() error { return nil }

// Columns implements entsql.ColumnScanner.
func (c *cachedRows) Columns() ([]string, error) { return c.columns, nil }

// Err implements entsql.ColumnScanner.
func (c *cachedRows) Err() error { return nil }

// Next implements entsql.ColumnScanner.
func (c *cachedRows) Next() bool {
	c.at++
	return c.at <= len(c.rows)
}

// NextResultSet implements entsql.ColumnScanner.
func (c *cachedRows) NextResultSet() bool { return false }

// Scan implements entsql.ColumnScanner.
func (c *cachedRows) Scan(into ...any) error {
	for i, value := range c.rows[c.at-1] {
		if scanner, ok := into[i].(stdsql.Scanner); ok {
			if err := scanner.Scan(value); err != nil {
				return err
			}
			continue
		}
		to := reflect.ValueOf(into[i]).Elem()
		to.SetZero()
		if value != nil {
			to.Set(reflect.ValueOf(value).Convert(to.Type()))
		}
	}
	return nil
}

// What entocc itself asks the database must not be answered from an old row.
func TestCaching_NothingThatIsCachedIsTakenForCurrent(t *testing.T) {
	for _, name := range []string{mariadb, galera, postgres, "PostgreSQL, lib/pq", sqliteWAL} {
		t.Run(name, func(t *testing.T) {
			level := readCommitted
			if name == sqliteWAL {
				level = sqliteDeferred
			}
			mine, theirs := pairOn(t, name, level)
			d := dialect.MySQL
			switch {
			case name == sqliteWAL:
				d = dialect.SQLite
			case strings.HasPrefix(name, "PostgreSQL"):
				d = dialect.Postgres
			}
			drv := &caching{Driver: entsql.OpenDB(d, mine.Pool), seen: make(map[string]*cachedRows)}
			client := ent.NewClient(ent.Driver(drv))
			ctx := t.Context()
			id := theirs.user(t, "before").ID
			login := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			theirs.User.UpdateOneID(id).IgnoreVersion().SetLastLogin(login).ExecX(ctx)

			u := client.User.GetX(ctx, id)
			same := func() error { return u.Update().SetLastLogin(login).Exec(ctx) }
			require.NoError(t, same())
			require.NoError(t, client.User.UpdateOne(u).SetName("before").Exec(entocc.SkipIncrement(ctx)))
			modified, err := u.IsModified(ctx)
			require.NoError(t, err)
			assert.False(t, modified)
			_, err = client.User.GetVersion(ctx, id, u.Version)
			require.NoError(t, err)

			for range 2 {
				theirs.overtake(t, id)
				theirs.User.UpdateOneID(id).IgnoreVersion().SetLastLogin(login.Add(time.Hour)).ExecX(ctx)
				now := theirs.load(t, id).Version
				modified, err = u.IsModified(ctx)
				require.NoError(t, err)
				assert.True(t, modified, "IsModified")
				_, err = client.User.GetVersion(ctx, id, u.Version)
				assert.True(t, ent.IsRecordModified(err), "GetVersion: %v", err)
				for what, err := range map[string]error{
					"ignored":       same(),
					"SkipIncrement": client.User.UpdateOne(u).SetName("before").Exec(entocc.SkipIncrement(ctx)),
					"save":          u.Update().SetName("lost").Exec(ctx),
					"delete":        u.Delete().Exec(ctx),
					"delete by ID":  client.User.DeleteOneID(id).Where(user.NameNEQ("")).IfVersion(u.Version).Exec(ctx),
					"set-based":     client.User.Update().Where(user.ID(id)).IfVersion(u.Version).SetName("lost").Exec(ctx),
					"state":         client.User.UpdateOneID(id).IfField(user.Name("before")).SetName("lost").Exec(ctx),
				} {
					var conflict *ent.UserModifiedError
					if assert.ErrorAs(t, err, &conflict, what) {
						current, err := conflict.Current(ctx)
						require.NoError(t, err)
						assert.Equal(t, now, current.Version, "%s: Current", what)
						assert.Equal(t, now, conflict.Actual, what)
					}
				}
			}
		})
	}
}
