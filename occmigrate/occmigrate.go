// Package occmigrate helps ent's migration to add a version to tables that others made, and to leave the rest of them alone.
package occmigrate

import (
	"fmt"
	"regexp"
	"strings"

	atlas "ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlite"
	"entgo.io/ent/dialect/sql/schema"
)

// AddColumnsOnly is the option that ent's migration needs on a database that ent did not make. Of all the changes to an
// existing table it keeps only the new columns, without indexes and foreign keys on them; new tables are created as always,
// and none is dropped. It works for auto-migration and for versioned migration files:
//
//	client.Schema.Create(ctx, occmigrate.AddColumnsOnly())
//	client.Schema.NamedDiff(ctx, "add_version", occmigrate.AddColumnsOnly(), schema.WithDir(dir), ..)
//
// Without it every row is kept, too, but ent changes the tables in other ways:
//
//   - PostgreSQL and MariaDB lose the foreign keys that were there, for ent's own of other names.
//   - MariaDB has all texts converted to utf8mb4_bin, which compares and sorts in another way.
//   - SQLite has every table rebuilt, since ent writes each default as an expression, DEFAULT (1), and SQLite adds
//     columns with a constant default only. Sizes of columns, and columns, indexes and triggers that ent does not know, are
//     gone then; with schema.WithForeignKeys(false) the foreign keys too.
//
// This option writes a default that is a constant as one, so that SQLite adds the column to the table as it is. A column
// that SQLite can't add in that way, as its default is no constant or as it is generated and stored, is an error before
// anything is changed.
func AddColumnsOnly() schema.MigrateOption {
	return schema.WithDiffHook(func(next schema.Differ) schema.Differ {
		return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
			changes, err := next.Diff(current, desired)
			if err != nil {
				return nil, err
			}
			var kept []atlas.Change
			for _, change := range changes {
				switch change := change.(type) {
				case *atlas.DropTable:
				case *atlas.ModifyTable:
					added, err := newColumns(change, isSQLite(current))
					if err != nil {
						return nil, err
					}
					if len(added) > 0 {
						kept = append(kept, &atlas.ModifyTable{T: change.T, Changes: added})
					}
				default:
					kept = append(kept, change)
				}
			}
			return kept, nil
		})
	})
}

// newColumns returns the changes of a table that add a column.
func newColumns(table *atlas.ModifyTable, sqlite bool) ([]atlas.Change, error) {
	var added []atlas.Change
	for _, change := range table.Changes {
		add, ok := change.(*atlas.AddColumn)
		if !ok {
			continue
		}
		// For a column with an index or a foreign key, SQLite would rebuild the table. So neither is added on any database.
		column := *add.C
		column.Indexes, column.ForeignKeys = nil, nil
		if x, ok := column.Default.(*atlas.RawExpr); ok {
			if text, ok := constant(x.X); ok {
				column.Default = &atlas.Literal{V: text}
			}
		}
		if sqlite {
			if err := addable(table.T, &column); err != nil {
				return nil, err
			}
		}
		added = append(added, &atlas.AddColumn{C: &column})
	}
	return added, nil
}

// constants matches what SQLite accepts as a constant default, as ent writes it: a number, a text, a BLOB or a keyword.
var constants = regexp.MustCompile(`(?i)^([+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|x?'([^']|'')*'|null|true|false)$`)

// constant returns an expression without the parentheses around it, if it is a constant.
func constant(expr string) (string, bool) {
	text := strings.TrimSpace(expr)
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return text, constants.MatchString(text)
}

// isSQLite reports whether the current state comes from a SQLite database, whose inspection includes each table's statement.
func isSQLite(current *atlas.Schema) bool {
	for _, table := range current.Tables {
		for _, attr := range table.Attrs {
			if _, ok := attr.(*sqlite.CreateStmt); ok {
				return true
			}
		}
	}
	return false
}

// addable returns an error for a column that SQLite does not add to a table that has rows. ent would copy the rows into a
// new table, without the columns, indexes and triggers that it does not know.
func addable(t *atlas.Table, c *atlas.Column) error {
	reason := ""
	switch x := c.Default.(type) {
	case *atlas.RawExpr:
		reason = fmt.Sprintf("its default %s is not a constant", x.X)
	case *atlas.Literal:
		if strings.HasPrefix(strings.ToUpper(x.V), "CURRENT_") {
			reason = fmt.Sprintf("its default %s is not a constant", x.V)
		}
	}
	for _, attr := range c.Attrs {
		if g, ok := attr.(*atlas.GeneratedExpr); ok && !strings.EqualFold(g.Type, "VIRTUAL") {
			reason = "it is generated and stored"
		}
	}
	if reason == "" {
		return nil
	}
	return fmt.Errorf("entocc: SQLite can't add the column %q to the table %q as it is: %s. ent would rebuild the table, and "+
		"what it does not know of it would be lost. Give the column a constant default (entsql.DefaultExprs has one for each "+
		"database), or add it by your own migration", c.Name, t.Name, reason)
}
