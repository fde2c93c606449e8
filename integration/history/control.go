package history

import (
	"context"
	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/setting"
)

// Guard is a way to save a row that somebody else may have changed. Hand-written ones are controls: what the checkers
// do not find in them, they would not find in entocc.
type Guard struct {
	Name string
	// save saves a row as it was seen, and returns the version that it believes the row to have now.
	save func(ctx context.Context, p *Process, seen Cell, mark string) (int64, error)
}

// Entocc is the guard of the generated client.
func Entocc() Guard {
	return Guard{"entocc", func(ctx context.Context, p *Process, seen Cell, mark string) (int64, error) {
		s, err := p.Client.Setting.UpdateOneID(seen.Row).IfVersion(seen.Version).SetValue(mark).Save(ctx)
		if err != nil {
			return 0, err
		}
		return s.Version, nil
	}}
}

// Naive reads the version with a SELECT, compares it, and updates by ID.
func Naive() Guard {
	return Guard{"SELECT, compare, UPDATE by ID", func(ctx context.Context, p *Process, seen Cell, mark string) (int64, error) {
		var now int64
		pool, b := p.pool()
		query, args := b.Select("version").From(b.Table("settings")).Where(sql.EQ("id", seen.Row)).Query()
		if err := pool.QueryRowContext(ctx, query, args...).Scan(&now); err != nil {
			return 0, entocc.NameOutcome(ctx, err)
		}
		if now != seen.Version {
			return 0, stale(seen)
		}
		query, args = b.Update("settings").Set("value", mark).Set("version", now+1).Where(sql.EQ("id", seen.Row)).Query()
		_, err := pool.ExecContext(ctx, query, args...)
		return now + 1, entocc.NameOutcome(ctx, err)
	}}
}

// Documented is the pattern of ent's documentation, Update().Where(id, version).SetVersion(version+1), in a program
// that does not check the number of rows.
func Documented() Guard {
	return Guard{"UPDATE by ID and version, count unread", func(ctx context.Context, p *Process, seen Cell, mark string) (int64, error) {
		pool, b := p.pool()
		query, args := b.Update("settings").Set("value", mark).Set("version", seen.Version+1).
			Where(sql.And(sql.EQ("id", seen.Row), sql.EQ("version", seen.Version))).Query()
		_, err := pool.ExecContext(ctx, query, args...)
		return seen.Version + 1, entocc.NameOutcome(ctx, err)
	}}
}

// UpdateOneWhere is UpdateOneID(id).Where(version), in a transaction that has read the row. At REPEATABLE READ of MySQL
// and MariaDB ent queries the transaction's old snapshot for the row, and takes the answer for success.
func UpdateOneWhere() Guard {
	return Guard{"UpdateOneID(id).Where(version) in a transaction", func(ctx context.Context, p *Process, seen Cell, mark string) (int64, error) {
		pool, _ := p.pool()
		tx, err := sql.OpenDB(p.World.Dialect, pool).Tx(ctx)
		if err != nil {
			return 0, err
		}
		var version int64
		rows := &sql.Rows{}
		query, args := sql.Dialect(p.World.Dialect).Select("version").From(sql.Table("settings")).Where(sql.EQ("id", seen.Row)).Query()
		if err = tx.Query(ctx, query, args, rows); err == nil {
			version, err = sql.ScanInt64(rows)
			_ = rows.Close()
		}
		if err == nil {
			err = sqlgraph.UpdateNode(ctx, inTx{tx}, updateSpec(seen.Row, version, mark))
		}
		if err != nil {
			_ = tx.Rollback()
			return 0, err
		}
		return version + 1, entocc.NameCommit(tx.Commit())
	}}
}

// updateSpec is what ent generates for UpdateOneID(id).Where(setting.Version(v)).SetValue(mark).SetVersion(v+1).
func updateSpec(id string, version int64, mark string) *sqlgraph.UpdateSpec {
	spec := sqlgraph.NewUpdateSpec(setting.Table, setting.Columns, sqlgraph.NewFieldSpec(setting.FieldID, field.TypeString))
	spec.Node.ID.Value = id
	spec.Predicate = func(s *sql.Selector) { s.Where(sql.EQ(s.C(setting.FieldVersion), version)) }
	spec.SetField(setting.FieldValue, field.TypeString, mark)
	spec.SetField(setting.FieldVersion, field.TypeInt64, version+1)
	return spec
}

// inTx is a driver that sends its statements in a running transaction.
type inTx struct{ dialect.ExecQuerier }

func (t inTx) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(t), nil }
func (inTx) Close() error                             { return nil }
func (inTx) Dialect() string                          { return dialect.MySQL }

// pool returns the pool of the process's node, and an SQL builder for it.
func (p *Process) pool() (*stdsql.DB, *sql.DialectBuilder) {
	return p.World.Pools[p.ID%len(p.World.Pools)], sql.Dialect(p.World.Dialect)
}

func stale(seen Cell) error {
	return &entocc.RecordModifiedError{Type: "Setting", ID: seen.Row, Expected: seen.Version}
}

// Control is a register that is read, and saved with one guard.
func Control(g Guard) Workload {
	return Workload{
		Name: "register, " + g.Name, Setup: settings(2), Final: finalSettings,
		Step: func(ctx context.Context, p *Process) {
			row := p.Row()
			p.readSetting(ctx, row)
			p.saveBy(ctx, g, row)
		},
		Check: func(r *Round) []Violation { return Linear(r.Ops(), nil, r.World.Lagging) },
	}
}

func (p *Process) saveBy(ctx context.Context, g Guard, row string) {
	s, _ := p.Seen[row].(*ent.Setting)
	if s == nil {
		return
	}
	seen := settingCell(s)
	_ = p.Do(ctx, "save", func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: row, From: seen.Version}}
		version, err := g.save(ctx, p, seen, o.Mark)
		if err == nil {
			o.Writes[0].From, o.Writes[0].Version = version-1, version
		}
		return err
	})
}
