package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// tables are the tables of the shop.
var tables = []string{
	"Album", "Artist", "Customer", "Employee", "Genre", "Invoice", "InvoiceLine", "MediaType", "Playlist",
	"PlaylistTrack", "Track",
}

// oldQueries are queries of programs that do not know about versions.
var oldQueries = []string{
	`SELECT c.Country, COUNT(*), ROUND(SUM(i.Total), 2) FROM Customer c
		JOIN Invoice i ON i.CustomerId = c.CustomerId GROUP BY c.Country ORDER BY 3 DESC, 1`,
	`SELECT ar.Name, SUM(l.Quantity) FROM Artist ar JOIN Album al ON al.ArtistId = ar.ArtistId
		JOIN Track t ON t.AlbumId = al.AlbumId JOIN InvoiceLine l ON l.TrackId = t.TrackId
		GROUP BY ar.Name ORDER BY 2 DESC, 1`,
	`SELECT p.PlaylistId, p.Name, COUNT(pt.TrackId), SUM(t.Milliseconds) FROM Playlist p
		LEFT JOIN PlaylistTrack pt ON pt.PlaylistId = p.PlaylistId
		LEFT JOIN Track t ON t.TrackId = pt.TrackId GROUP BY p.PlaylistId, p.Name ORDER BY 1`,
	`SELECT e.LastName, e.HireDate, m.LastName FROM Employee e
		LEFT JOIN Employee m ON m.EmployeeId = e.ReportsTo ORDER BY e.EmployeeId`,
	`SELECT g.Name, m.Name, COUNT(*) FROM Track t JOIN Genre g ON g.GenreId = t.GenreId
		JOIN MediaType m ON m.MediaTypeId = t.MediaTypeId GROUP BY 1, 2 ORDER BY 1, 2`,
}

// snapshot is the database's content and its answers, in its original columns.
type snapshot struct {
	columns map[string]string // of each table
	rows    map[string]int    // of each table
	sums    map[string]string // of all rows of each table
	answers []string          // to oldQueries
	catalog string            // indexes, and keys to other tables
}

// look makes a snapshot of the given columns, or of all if none are given.
func look(ctx context.Context, db *sql.DB, columns map[string]string) (snapshot, error) {
	s := snapshot{columns: columns, rows: map[string]int{}, sums: map[string]string{}}
	if s.columns == nil {
		s.columns = map[string]string{}
		for _, table := range tables {
			names, err := lines(ctx, db, `SELECT name FROM pragma_table_info(?)`, table)
			if err != nil {
				return s, err
			}
			s.columns[table] = strings.Join(names, ", ")
		}
	}
	for _, table := range tables {
		all, err := lines(ctx, db, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1, 2", s.columns[table], table))
		if err != nil {
			return s, err
		}
		s.rows[table], s.sums[table] = len(all), checksum(all)
	}
	for _, query := range oldQueries {
		answer, err := lines(ctx, db, query)
		if err != nil {
			return s, err
		}
		s.answers = append(s.answers, checksum(answer))
	}
	catalog, err := lines(ctx, db, `SELECT t.name, k.* FROM sqlite_master t, pragma_foreign_key_list(t.name) k
		UNION ALL SELECT name, tbl_name, sql, 0, 0, 0, 0, 0, 0 FROM sqlite_master WHERE type <> 'table' ORDER BY 1, 2`)
	s.catalog = checksum(catalog)
	return s, err
}

// compare prints what the migration did to the rows, which should be nothing.
func compare(ctx context.Context, out io.Writer, db *sql.DB, before, after snapshot) error {
	if !reflect.DeepEqual(before, after) {
		return fmt.Errorf("the migration changed more than it should")
	}
	total := 0
	for _, table := range tables {
		first, err := lines(ctx, db, fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE version = 1", table))
		if err != nil {
			return err
		}
		if first[0] != strconv.Quote(strconv.Itoa(after.rows[table])) {
			return fmt.Errorf("%s has %d rows, %s of them at version 1", table, after.rows[table], first[0])
		}
		total += after.rows[table]
	}
	fmt.Fprintf(out, "  %d tables, %d rows: all as they were, and all at version 1\n", len(tables), total)
	fmt.Fprintf(out, "  %d queries of old programs answer as before, indexes and foreign keys are the same\n", len(oldQueries))
	return nil
}

func checksum(lines []string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n"))))
}

// lines answers a query with one line of text for each row.
func lines(ctx context.Context, db *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = "NULL"
			if v.Valid {
				words[i] = strconv.Quote(v.String)
			}
		}
		all = append(all, strings.Join(words, "\t"))
	}
	return all, rows.Err()
}
