package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
)

func BenchmarkUpdateBulk(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		for _, n := range []int{1, 10, 100, 1000, 10000} {
			b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
				compare(b, e,
					side{"entocc", func(b *testing.B, e *engine) func(context.Context, int) error { return saveBulk(b, e, n) }},
					side{"ent", func(b *testing.B, e *engine) func(context.Context, int) error { return saveOneByOne(b, e, n) }},
					side{"raw", func(b *testing.B, e *engine) func(context.Context, int) error { return saveJoined(b, e, n) }},
				)
			})
		}
	})
}

func saveBulk(b *testing.B, e *engine, n int) func(context.Context, int) error {
	items := guardedItems(b, e, n)
	return func(ctx context.Context, i int) (err error) {
		builders := make([]*ent.ItemUpdateOne, n)
		for j, it := range items {
			builders[j] = it.Update().SetName(fmt.Sprint("name ", i, j))
		}
		items, err = e.guarded.Item.UpdateBulk(builders...).Save(ctx)
		return err
	}
}

// saveOneByOne is ent's own UpdateOne in one transaction.
func saveOneByOne(b *testing.B, e *engine, n int) func(context.Context, int) error {
	items := plainItems(b, e, n)
	return func(ctx context.Context, i int) error {
		tx, err := e.plain.Tx(ctx)
		if err != nil {
			return err
		}
		for j, it := range items {
			if items[j], err = tx.Item.UpdateOne(it).SetName(fmt.Sprint("name ", i, j)).Save(ctx); err != nil {
				_ = tx.Rollback()
				return err
			}
		}
		return tx.Commit()
	}
}

// saveJoined is a hand-written joined statement in a transaction, which returns the rows as UpdateBulk does. It uses as
// many statements as the database's limits require.
func saveJoined(b *testing.B, e *engine, n int) func(context.Context, int) error {
	items := guardedItems(b, e, n)
	return func(ctx context.Context, i int) error {
		tx, err := e.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		saved := make([]*ent.Item, 0, n)
		for from := 0; from < n; from += 5000 {
			if saved, err = sendJoined(ctx, e, tx, saved, items[from:min(n, from+5000)], i); err != nil {
				return err
			}
		}
		if len(saved) != n {
			return fmt.Errorf("%d rows of %d", len(saved), n)
		}
		items = saved
		return tx.Commit()
	}
}

func sendJoined(ctx context.Context, e *engine, tx *sql.Tx, saved, items []*ent.Item, i int) ([]*ent.Item, error) {
	const columns = "t.id, t.name, t.age, t.email, t.note, t.created_at, t.version"
	query, args := joinedStatement(e, items, i)
	if e.returns() {
		query += " RETURNING " + strings.ReplaceAll(columns, "t.", map[bool]string{true: "t.", false: ""}[e.postgres()])
	} else {
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return nil, err
		}
		query, args = "SELECT "+columns+" FROM guarded_items t WHERE t.id IN (?"+strings.Repeat(", ?", len(items)-1)+")", nil
		for _, it := range items {
			args = append(args, it.ID)
		}
	}
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		it := &ent.Item{}
		var email, note sql.NullString
		if err := rows.Scan(&it.ID, &it.Name, &it.Age, &email, &note, &it.CreatedAt, &it.Version); err != nil {
			return nil, err
		}
		it.Email, it.Note = email.String, note.String
		saved = append(saved, it)
	}
	return saved, rows.Err()
}

func joinedStatement(e *engine, items []*ent.Item, i int) (string, []any) {
	var list strings.Builder
	args := make([]any, 0, 3*len(items))
	for j, it := range items {
		switch {
		case e.dialect == dialect.MySQL && j == 0:
			list.WriteString("SELECT ? AS id, ? AS expected, ? AS name")
		case e.dialect == dialect.MySQL:
			list.WriteString(" UNION ALL SELECT ?, ?, ?")
		case e.dialect == dialect.Postgres && j == 0:
			list.WriteString("($1::bigint, $2::bigint, $3::text)")
		case e.dialect == dialect.Postgres:
			fmt.Fprintf(&list, ", ($%d, $%d, $%d)", 3*j+1, 3*j+2, 3*j+3)
		case j == 0:
			list.WriteString("(?, ?, ?)")
		default:
			list.WriteString(", (?, ?, ?)")
		}
		args = append(args, it.ID, it.Version, fmt.Sprint("name ", i, j))
	}
	switch e.dialect {
	case dialect.MySQL:
		return "UPDATE guarded_items t JOIN (" + list.String() + ") v ON t.id = v.id AND t.version = v.expected " +
			"SET t.name = v.name, t.version = t.version + 1", args
	case dialect.Postgres:
		return "UPDATE guarded_items t SET name = v.name, version = t.version + 1 FROM (VALUES " + list.String() +
			") AS v (id, expected, name) WHERE t.id = v.id AND t.version = v.expected", args
	}
	return "UPDATE guarded_items AS t SET name = v.column3, version = t.version + 1 FROM (VALUES " + list.String() +
		") AS v WHERE t.id = v.column1 AND t.version = v.column2", args
}
