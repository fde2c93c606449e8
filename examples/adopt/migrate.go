package main

import (
	"context"
	_ "embed"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/entocc/entocc/occmigrate"
)

// autoMigrate lets ent change the tables, as a program would at its start.
func autoMigrate(ctx context.Context, s shop) error {
	return s.Schema.Create(ctx, occmigrate.AddColumnsOnly())
}

//go:embed migrations/*.sql
var addVersion string

// fileMigrate executes the migration file, as a migration tool would.
func fileMigrate(ctx context.Context, s shop) error {
	_, err := s.db.ExecContext(ctx, addVersion)
	return err
}

// writeMigration lets ent write the migration from the old database to the schemas.
func writeMigration(ctx context.Context, path, name string) error {
	dir, err := migrate.NewLocalDir(path)
	if err != nil {
		return err
	}
	return withShop(ctx, "", func(s shop) error {
		return s.Schema.NamedDiff(ctx, name, occmigrate.AddColumnsOnly(), schema.WithDir(dir),
			schema.WithMigrationMode(schema.ModeInspect), schema.WithFormatter(migrate.DefaultFormatter))
	})
}
