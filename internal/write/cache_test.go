package write_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cache is a driver that answers a repeated SELECT from memory, like caching drivers for ent, and passes everything
// else through.
type cache struct {
	dialect.Driver
	mu   sync.Mutex
	rows map[string][][]any
}

type skipCache struct{}

func (c *cache) Query(ctx context.Context, query string, args, v any) error {
	if !strings.HasPrefix(query, "SELECT") || ctx.Value(skipCache{}) != nil {
		return c.Driver.Query(ctx, query, args, v)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.Driver.Query(ctx, query, args, v); err != nil {
		return err
	}
	rows := v.(*sql.Rows)
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	var fresh [][]any
	for rows.Next() {
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fresh = append(fresh, values)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	key := fmt.Sprint(query, args)
	if _, ok := c.rows[key]; !ok {
		c.rows[key] = fresh
	}
	rows.ColumnScanner = &cachedRows{columns: columns, rows: c.rows[key]}
	return nil
}

// cachedRows are rows from memory.
type cachedRows struct {
	sql.ColumnScanner
	columns []string
	rows    [][]any
	next    int
}

func (r *cachedRows) Close() error               { return nil }
func (r *cachedRows) Columns() ([]string, error) { return r.columns, nil }
func (r *cachedRows) Err() error                 { return nil }

func (r *cachedRows) Next() bool {
	r.next++
	return r.next <= len(r.rows)
}

func (r *cachedRows) Scan(dest ...any) error {
	for i, v := range r.rows[r.next-1] {
		switch d := dest[i].(type) {
		case stdsql.Scanner:
			if err := d.Scan(v); err != nil {
				return err
			}
		case *[]byte:
			*d, _ = v.([]byte)
		}
	}
	return nil
}

func TestCache_StaleReadIsRefusedAndNeverLost(t *testing.T) {
	ctx := t.Context()
	drv, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "cache.db")+"?_fk=1")
	require.NoError(t, err)
	cached := ent.NewClient(ent.Driver(&cache{Driver: drv, rows: make(map[string][][]any)}))
	defer cached.Close()
	require.NoError(t, cached.Schema.Create(context.WithValue(ctx, skipCache{}, true)))
	id := cached.User.Create().SetName("before").SaveX(ctx).ID
	cached.User.GetX(ctx, id).Update().SetName("theirs").ExecX(ctx)

	old := cached.User.GetX(ctx, id)
	require.Equal(t, "before", old.Name, "the cache answers by the old row")
	_, err = old.Update().SetName("mine").Save(ctx)
	require.True(t, ent.IsRecordModified(err), "%v", err)

	// A retry has to tell the cache to step aside, in whatever way the cache offers.
	u, err := cached.User.Modify(context.WithValue(ctx, skipCache{}, true), id, func(u *ent.User, up *ent.UserUpdateOne) error {
		up.SetName(u.Name + " and mine")
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, "theirs and mine", u.Name)
}
