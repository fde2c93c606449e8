package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
	"github.com/entocc/entocc/internal/annotation"
)

func (a *app) sqlCommand() *cobra.Command {
	var dialect, format, ent string
	cmd := &cobra.Command{
		Use:   "sql",
		Short: "Print the ALTER TABLEs that add the versions, without a database",
		Long: `sql prints the statements that add the version columns of the schemas, for a tool of migrations that ent does not
write for. It knows the schemas alone, and not which columns a database has already. mixin.Guard adds no column.

Exit codes: 0 printed, 2 the schemas do not load.`,
		Example: "  entocc sql --dialect postgres --format goose > migrations/20260101000000_versions.sql\n  entocc sql --dialect mysql --format flyway > V7__versions.sql",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client(cmd.Context(), ent)
			if err != nil {
				return err
			}
			graph, err := c.Load()
			if err != nil {
				return err
			}
			columns, err := columnsOf(graph, dialect)
			if err != nil {
				return err
			}
			return a.printSQL(columns, dialect, format)
		},
	}
	cmd.Flags().StringVar(&dialect, "dialect", "postgres", "postgres, mysql or sqlite")
	cmd.Flags().StringVar(&format, "format", "plain", "plain (psql, mysql, sqlite3), goose or flyway")
	cmd.Flags().StringVar(&ent, "ent", "", "folder of the client, where the module has several")
	return cmd
}

// column is a version column to add.
type column struct {
	Table string `json:"table"`
	Name  string `json:"column"`
	Add   string `json:"up"`
	Drop  string `json:"down"`
}

// columnsOf returns the version columns of the schemas.
func columnsOf(graph *project.Graph, dialect string) ([]column, error) {
	if !slices.Contains([]string{"postgres", "mysql", "sqlite"}, dialect) {
		return nil, fmt.Errorf("there is no dialect %q: use postgres, mysql or sqlite", dialect)
	}
	if !slices.ContainsFunc(graph.Types, func(t *project.Type) bool { return t.Version != nil }) {
		return nil, errors.New("no schema has a version: run entocc init")
	}
	columns := []column{} // an empty list in JSON
	for _, t := range graph.Types {
		if !t.HasVersion() || t.Version.Kind == annotation.KindField || t.Version.Kind == annotation.KindSystem {
			continue
		}
		typ, err := columnType(dialect, t.Version.Kind)
		if err != nil {
			return nil, err
		}
		name := t.Column()
		table, quoted := tableName(t, dialect), quote(name, dialect)
		columns = append(columns, column{
			t.Node.Table(), name,
			fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s;", table, quoted, typ),
			fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s;", table, quoted),
		})
	}
	return columns, nil
}

// columnType returns the type and default of a version column, as in ent's migration.
func columnType(dialect, kind string) (string, error) {
	types := map[string]map[string]string{
		"postgres": {annotation.KindCounter: "bigint NOT NULL DEFAULT 1", annotation.KindToken: "uuid NOT NULL DEFAULT gen_random_uuid()"},
		"mysql":    {annotation.KindCounter: "bigint NOT NULL DEFAULT 1", annotation.KindToken: "char(36) BINARY NOT NULL DEFAULT (uuid())"},
		"sqlite":   {annotation.KindCounter: "integer NOT NULL DEFAULT 1", annotation.KindToken: "uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'"},
	}[dialect]
	if kind == annotation.KindTime || kind == annotation.KindTrigger { // Existing rows get version 1.
		kind = annotation.KindCounter
	}
	typ, ok := types[kind]
	if !ok {
		return "", fmt.Errorf("a version of kind %q adds a column that entocc sql does not know", kind)
	}
	return typ, nil
}

func tableName(t *project.Type, dialect string) string {
	name := quote(t.Node.Table(), dialect)
	if a := t.Node.EntSQL(); a != nil && a.Schema != "" {
		name = quote(a.Schema, dialect) + "." + name
	}
	return name
}

func quote(name, dialect string) string {
	mark := `"`
	if dialect != "postgres" {
		mark = "`"
	}
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}

func (a *app) printSQL(columns []column, dialect, format string) error {
	if a.json {
		a.printJSON(columns)
		return nil
	}
	if len(columns) == 0 {
		fmt.Fprintln(a.Err, "no version adds a column")
		return nil
	}
	var up, down strings.Builder
	for _, c := range columns {
		fmt.Fprintln(&up, c.Add)
		fmt.Fprintln(&down, c.Drop)
	}
	switch format {
	case "goose":
		fmt.Fprintf(a.Out, "-- +goose Up\n%s\n-- +goose Down\n%s", up.String(), down.String())
	case "flyway", "plain":
		if format == "plain" && dialect != "mysql" { // MySQL commits at each ALTER TABLE.
			fmt.Fprintf(a.Out, "BEGIN;\n%sCOMMIT;\n", up.String())
			return nil
		}
		fmt.Fprint(a.Out, up.String())
	default:
		return fmt.Errorf("there is no format %q: use plain, goose or flyway", format)
	}
	return nil
}
