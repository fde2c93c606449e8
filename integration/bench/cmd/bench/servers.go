package main

import (
	"database/sql"
	"os"
	"strings"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
)

// servers returns the names that the measured databases report, or why one was not measured.
func servers() []string {
	return []string{
		"SQLite " + answer("sqlite3", ":memory:", "SELECT sqlite_version()"),
		server("PostgreSQL", "ENTOCC_POSTGRES", "pgx", "SHOW server_version"),
		server("MariaDB", "ENTOCC_MARIADB", "mysql", "SELECT version()"),
	}
}

// server asks the server that an environment variable names.
func server(name, env, driver, query string) string {
	dsn := os.Getenv(env)
	if dsn == "" {
		return "no " + name
	}
	return name + " " + answer(driver, dsn, query)
}

// answer returns the version that a database reports, without the packager's suffix.
func answer(driver, dsn, query string) string {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return "of unknown version"
	}
	defer func() { _ = db.Close() }()
	var version string
	if err := db.QueryRow(query).Scan(&version); err != nil {
		return "of unknown version"
	}
	version, _, _ = strings.Cut(version, " ")
	version, _, _ = strings.Cut(version, "-")
	return version
}
