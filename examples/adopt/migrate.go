package main

import (
	"context"
	_ "embed"

	"ariga.io/atlas/sql/migrate"
	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
)

// addColumnsOnly has ent's migration add columns to tables that others made, and change nothing else about them. Without
// it SQLite would have every table built anew in ent's own types: ent writes a default as an expression, "DEFAULT (1)",
// and SQLite adds a column with a constant default only. So the default is said as the number that it is.
var addColumnsOnly = schema.WithDiffHook(func(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		changes, err := next.Diff(current, desired)
		if err != nil {
			return nil, err
		}
		var kept []atlas.Change
		for _, change := range changes {
			table, ok := change.(*atlas.ModifyTable)
			if !ok {
				continue
			}
			if table.Changes = newColumns(table.Changes); len(table.Changes) > 0 {
				kept = append(kept, table)
			}
		}
		return kept, nil
	})
})

// newColumns returns those of a table's changes that add a column.
func newColumns(changes []atlas.Change) []atlas.Change {
	var added []atlas.Change
	for _, change := range changes {
		add, ok := change.(*atlas.AddColumn)
		if !ok {
			continue
		}
		if x, ok := add.C.Default.(*atlas.RawExpr); ok {
			add.C.Default = &atlas.Literal{V: x.X}
		}
		added = append(added, add)
	}
	return added
}

// autoMigrate has ent change the tables as the program starts.
func autoMigrate(ctx context.Context, s shop) error {
	return s.Schema.Create(ctx, addColumnsOnly)
}

//go:embed migrations/*.sql
var addVersion string

// fileMigrate executes the migration file, as a tool for migrations would.
func fileMigrate(ctx context.Context, s shop) error {
	_, err := s.db.ExecContext(ctx, addVersion)
	return err
}

// writeMigration has ent write what brings the database as it was to the schemas as they are.
func writeMigration(ctx context.Context, path, name string) error {
	dir, err := migrate.NewLocalDir(path)
	if err != nil {
		return err
	}
	return withCopy(func(s shop) error {
		return s.Schema.NamedDiff(ctx, name, addColumnsOnly, schema.WithDir(dir),
			schema.WithMigrationMode(schema.ModeInspect), schema.WithFormatter(migrate.DefaultFormatter))
	})
}
