package cli

import (
	"context"
	stdsql "database/sql"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/spf13/cobra"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/trigger"
)

// triggersFlags are the flags that all commands about triggers share.
type triggersFlags struct {
	ent, database, dialect string
	types                  []string
	refusing               bool
}

func (a *app) triggersCommand() *cobra.Command {
	var f triggersFlags
	cmd := &cobra.Command{
		Use:   "triggers",
		Short: "Triggers that bump versions for writes that bypass ent",
		Long: `triggers creates, checks and drops the triggers of package trigger. It knows the tables from the schemas.

Exit codes: 0 well, 1 check has found a trigger that is missing, outdated, disabled or not ours, 2 nothing was changed (on MySQL
and MariaDB, which commit each statement: no further one was).`,
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.ent, "ent", "", "folder of the client, where the module has several")
	flags.StringVar(&f.database, "database", "", databaseFlag)
	flags.StringSliceVar(&f.types, "type", nil, "types whose tables have triggers (all)")
	flags.BoolVar(&f.refusing, "refusing", false, "an UPDATE that leaves the version where it is fails")
	create := a.triggersOf(&f, "create", "Create those that are missing or outdated", func(ctx context.Context, t *trigger.Triggers, db *stdsql.DB) error {
		return t.Create(ctx, db)
	})
	drop := a.triggersOf(&f, "drop", "Drop those that are ours", func(ctx context.Context, t *trigger.Triggers, db *stdsql.DB) error {
		return t.Drop(ctx, db)
	})
	check := a.triggersOf(&f, "check", "Tell which are missing, outdated, disabled or not ours", a.checkTriggers)
	cmd.AddCommand(create, drop, check, a.triggersList(&f), a.triggersSQL(&f))
	return cmd
}

// triggersOf is a command that works on a database.
func (a *app) triggersOf(f *triggersFlags, use, short string, do func(context.Context, *trigger.Triggers, *stdsql.DB) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		Example: "  entocc triggers " + use + " --database 'postgres://localhost/shop'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.database == "" {
				return fmt.Errorf("triggers %s needs --database, %s", use, databaseFlag)
			}
			db, name, err := open(cmd.Context(), f.database)
			if err != nil {
				return err
			}
			defer db.Close()
			triggers, _, err := a.triggers(cmd.Context(), f, name)
			if err != nil {
				return err
			}
			return do(cmd.Context(), triggers, db)
		},
	}
}

// triggersList lists the tables.
func (a *app) triggersList(f *triggersFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the tables that get triggers", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, tables, err := a.triggers(cmd.Context(), f, dialect.Postgres)
			if err != nil {
				return err
			}
			type listed struct {
				Type    string   `json:"type"`
				Table   string   `json:"table"`
				Version string   `json:"version"`
				Counted []string `json:"counted,omitempty"`
			}
			list := make([]listed, len(tables))
			for i, t := range tables {
				list[i] = listed{t.Schema.Type, t.Name, t.Schema.Column, t.Counted}
			}
			if a.json {
				a.printJSON(list)
				return nil
			}
			for _, l := range list {
				fmt.Fprintf(a.Out, "%s (%s.%s)\n", l.Type, l.Table, l.Version)
			}
			return nil
		},
	}
}

// triggersSQL prints the statements.
func (a *app) triggersSQL(f *triggersFlags) *cobra.Command {
	var drops bool
	cmd := &cobra.Command{
		Use: "sql", Short: "Print the statements that create them, without a database", Args: cobra.NoArgs,
		Example: "  entocc triggers sql --dialect mysql > V8__triggers.sql",
		RunE: func(cmd *cobra.Command, _ []string) error {
			name, ok := map[string]string{"postgres": dialect.Postgres, "mysql": dialect.MySQL, "sqlite": dialect.SQLite}[f.dialect]
			if !ok {
				return fmt.Errorf("there is no dialect %q: use postgres, mysql or sqlite", f.dialect)
			}
			triggers, _, err := a.triggers(cmd.Context(), f, name)
			if err != nil {
				return err
			}
			statements, end := triggers.SQL(), ";"
			if drops {
				statements = triggers.DropSQL()
			}
			if a.json {
				a.printJSON(statements)
				return nil
			}
			if name == dialect.MySQL { // Its clients would end a trigger at its first semicolon.
				fmt.Fprintln(a.Out, "DELIMITER $$")
				end = "$$"
			}
			for _, statement := range statements {
				fmt.Fprintln(a.Out, statement+end)
			}
			if name == dialect.MySQL {
				fmt.Fprintln(a.Out, "DELIMITER ;")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&f.dialect, "dialect", "postgres", "postgres, mysql or sqlite")
	cmd.Flags().BoolVar(&drops, "drop", false, "the statements that drop them")
	return cmd
}

// triggers returns the triggers of a client's types, and their tables. Without --type, types whose version a trigger
// can't bump are left out, and listed.
func (a *app) triggers(ctx context.Context, f *triggersFlags, name string) (*trigger.Triggers, []version.Table, error) {
	c, err := a.client(ctx, f.ent)
	if err != nil {
		return nil, nil, err
	}
	graph, err := c.Load()
	if err != nil {
		return nil, nil, err
	}
	tables, err := a.tables(graph, len(f.types) == 0)
	if err != nil {
		return nil, nil, err
	}
	var opts []trigger.Option
	if len(f.types) > 0 {
		opts = append(opts, trigger.For(f.types...))
	}
	if f.refusing {
		opts = append(opts, trigger.Refusing())
	}
	triggers, err := trigger.New(name, tables, opts...)
	return triggers, tables, err
}

func (a *app) tables(graph *project.Graph, all bool) ([]version.Table, error) {
	var tables []version.Table
	for _, t := range graph.Types {
		if !t.HasVersion() {
			continue
		}
		table, err := t.Table()
		if err != nil {
			return nil, err
		}
		if _, ok := table.Schema.Strategy.(version.Triggered); !ok && all {
			fmt.Fprintf(a.Err, "entocc: %s is left out: its version is a time, which no trigger can move on\n", t.Name)
			continue
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// checkTriggers prints what is wrong.
func (a *app) checkTriggers(ctx context.Context, t *trigger.Triggers, db *stdsql.DB) error {
	findings, err := t.Check(ctx, db)
	if err != nil {
		return err
	}
	results := make([]said, len(findings))
	for i, f := range findings {
		results[i] = said{"triggers", levelError, f.Table, f.Error()}
	}
	if len(findings) == 0 {
		results = append(results, said{"triggers", levelOK, "all", "as they should be"})
	}
	return a.printChecks(results)
}
