package cli

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	_ "github.com/go-sql-driver/mysql" // the drivers of --database
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// databaseFlag describes the values of --database.
const databaseFlag = "URL of a database: postgres://.., mysql://user:password@tcp(host:port)/name or sqlite://file"

// open opens a database by its URL, and returns ent's name for its dialect.
func open(ctx context.Context, url string) (db *stdsql.DB, name string, err error) {
	scheme, rest, ok := strings.Cut(url, "://")
	var driver, dsn string
	switch {
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		name, driver, dsn = dialect.Postgres, "pgx", url
	case ok && (scheme == "mysql" || scheme == "mariadb"):
		name, driver, dsn = dialect.MySQL, "mysql", rest
	case ok && scheme == "sqlite":
		name, driver, dsn = dialect.SQLite, "sqlite3", "file:"+rest
		if !strings.Contains(rest, "mode=") { // A typo must not create a database.
			dsn += map[bool]string{true: "&", false: "?"}[strings.Contains(rest, "?")] + "mode=rw"
		}
	default:
		return nil, "", fmt.Errorf("the database %q is none: %s", scheme, databaseFlag)
	}
	if db, err = stdsql.Open(driver, dsn); err != nil {
		return nil, "", err
	}
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, "", fmt.Errorf("the database does not answer: %w", err)
	}
	return db, name, nil
}

// checkColumns looks for the version columns in a database.
func checkColumns(ctx context.Context, url string, graph *project.Graph) ([]said, error) {
	db, name, err := open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var results []said
	for _, t := range graph.Types {
		if !t.HasVersion() {
			continue
		}
		table, column := tableName(t, quoting(name)), quote(t.Column(), quoting(name))
		rows, err := db.QueryContext(ctx, "SELECT "+column+" FROM "+table+" WHERE 1 = 0")
		r := said{"database", levelOK, t.Node.Table(), "has the column " + t.Column()}
		if err == nil {
			err = rows.Close()
		}
		if err != nil {
			r.Level, r.Message = levelError, fmt.Sprintf("the column %s can't be read (migrate, or see entocc sql): %v", t.Column(), err)
		}
		results = append(results, r)
	}
	return results, ctx.Err()
}

// quoting is the name of the dialect in entocc sql.
func quoting(name string) string {
	if name == dialect.SQLite {
		return "sqlite"
	}
	return name
}
