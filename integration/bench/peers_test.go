package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	gormmysql "gorm.io/driver/mysql"
	gormpostgres "gorm.io/driver/postgres"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// row is a guarded item as the other libraries map it.
type row struct {
	bun.BaseModel `bun:"table:guarded_items" gorm:"-"`

	ID        int64     `bun:"id,pk" gorm:"column:id;primaryKey"`
	Name      string    `bun:"name" gorm:"column:name"`
	Age       int       `bun:"age" gorm:"column:age"`
	Email     string    `bun:"email" gorm:"column:email"`
	Note      *string   `bun:"note" gorm:"column:note"`
	CreatedAt time.Time `bun:"created_at" gorm:"column:created_at"`
	Version   int64     `bun:"version" gorm:"column:version"`
}

// TableName is the table's name for GORM.
func (row) TableName() string { return "guarded_items" }

func rows(b *testing.B, e *engine) []*row {
	b.Helper()
	var all []*row
	for _, it := range guardedItems(b, e, hot) {
		all = append(all, &row{ID: int64(it.ID), Name: it.Name, Email: it.Email, CreatedAt: it.CreatedAt, Version: it.Version})
	}
	return all
}

// saveGorm is the statement of GORM's optimisticlock plugin, whose users must read the row again to get its version.
func saveGorm(b *testing.B, e *engine) func(context.Context, int) error {
	var dialector gorm.Dialector
	switch e.dialect {
	case dialect.Postgres:
		dialector = gormpostgres.New(gormpostgres.Config{Conn: e.db})
	case dialect.MySQL:
		dialector = gormmysql.New(gormmysql.Config{Conn: e.db})
	default:
		dialector = gormsqlite.Dialector{DriverName: "sqlite3", Conn: e.db}
	}
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard})
	require.NoError(b, err)
	all := rows(b, e)
	return func(ctx context.Context, i int) error {
		r := all[i%hot]
		res := db.WithContext(ctx).Model(&row{ID: r.ID}).Where("version = ?", r.Version).
			Updates(map[string]any{"name": fmt.Sprint("name ", i), "version": gorm.Expr("version + 1")})
		if res.Error != nil || res.RowsAffected != 1 {
			return fmt.Errorf("%d rows, %w", res.RowsAffected, res.Error)
		}
		saved := &row{}
		all[i%hot] = saved
		return db.WithContext(ctx).First(saved, r.ID).Error
	}
}

func bunDB(e *engine) *bun.DB {
	var d schema.Dialect
	switch e.dialect {
	case dialect.Postgres:
		d = pgdialect.New()
	case dialect.MySQL:
		d = mysqldialect.New()
	default:
		d = sqlitedialect.New()
	}
	return bun.NewDB(e.db, d)
}

// execBun is a hand-written guard that does not return the row.
func execBun(b *testing.B, e *engine) func(context.Context, int) error {
	db, all := bunDB(e), rows(b, e)
	return func(ctx context.Context, i int) error {
		r := all[i%hot]
		res, err := db.NewUpdate().Model(r).Set("name = ?", fmt.Sprint("name ", i)).Set("version = version + 1").
			WherePK().Where("version = ?", r.Version).Exec(ctx)
		r.Version++
		if err != nil {
			return err
		}
		return affected(res)
	}
}

// saveBun is a hand-written guard; on MariaDB it reads the row again.
func saveBun(b *testing.B, e *engine) func(context.Context, int) error {
	db := bunDB(e)
	all := rows(b, e)
	return func(ctx context.Context, i int) error {
		r := all[i%hot]
		saved := &row{ID: r.ID}
		update := db.NewUpdate().Model(saved).Set("name = ?", fmt.Sprint("name ", i)).Set("version = version + 1").
			WherePK().Where("version = ?", r.Version)
		if e.returns() {
			update = update.Returning("*")
		}
		res, err := update.Exec(ctx)
		if err == nil {
			err = affected(res)
		}
		if err == nil && !e.returns() {
			err = db.NewSelect().Model(saved).WherePK().Scan(ctx)
		}
		all[i%hot] = saved
		return err
	}
}

func affected(res sql.Result) error {
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%d rows, %w", n, err)
	}
	return nil
}
