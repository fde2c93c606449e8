// Package migrate helps ent's migration to add a version to tables that others made, and to leave the rest of them alone.
package migrate

import (
	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
)

// AddColumnsOnly is the option that ent's migration needs on a database that ent did not make. Of all the changes to a
// table that is there it keeps the new columns; new tables are made as ever. It works for auto-migration and for versioned
// migration files alike:
//
//	client.Schema.Create(ctx, migrate.AddColumnsOnly())
//	client.Schema.NamedDiff(ctx, "add_version", migrate.AddColumnsOnly(), schema.WithDir(dir), ..)
//
// Without it every row is kept, too, but ent makes the tables its own:
//
//   - PostgreSQL and MariaDB lose the foreign keys that were there, for ent's own of other names.
//   - MariaDB has all texts converted to utf8mb4_bin, which compares and sorts in another way.
//   - SQLite has every table built anew, since ent writes each default as an expression, DEFAULT (1), and SQLite adds
//     columns with a constant default only. Sizes of columns, and indexes and triggers that ent does not know, are gone
//     then; with schema.WithForeignKeys(false) the foreign keys too. This option says a number as a number.
func AddColumnsOnly() schema.MigrateOption {
	return schema.WithDiffHook(func(next schema.Differ) schema.Differ {
		return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
			changes, err := next.Diff(current, desired)
			if err != nil {
				return nil, err
			}
			var kept []atlas.Change
			for _, change := range changes {
				table, ok := change.(*atlas.ModifyTable)
				if !ok {
					kept = append(kept, change)
					continue
				}
				if table.Changes = newColumns(table.Changes); len(table.Changes) > 0 {
					kept = append(kept, table)
				}
			}
			return kept, nil
		})
	})
}

// newColumns returns those of a table's changes that add a column.
func newColumns(changes []atlas.Change) []atlas.Change {
	var added []atlas.Change
	for _, change := range changes {
		add, ok := change.(*atlas.AddColumn)
		if !ok {
			continue
		}
		_, number := add.C.Type.Type.(*atlas.IntegerType)
		if x, ok := add.C.Default.(*atlas.RawExpr); ok && number {
			add.C.Default = &atlas.Literal{V: x.X}
		}
		added = append(added, add)
	}
	return added
}
