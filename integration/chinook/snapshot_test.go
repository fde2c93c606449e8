package chinook_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/require"
)

// oldQueries are queries of programs that do not know about versions.
var oldQueries = map[string]string{
	"sales of each country": `SELECT c."Country", COUNT(*), ROUND(SUM(i."Total"), 2) FROM "Customer" c
		JOIN "Invoice" i ON i."CustomerId" = c."CustomerId" GROUP BY c."Country" ORDER BY 3 DESC, 1`,
	"top artists": `SELECT ar."Name", SUM(l."Quantity") FROM "Artist" ar
		JOIN "Album" al ON al."ArtistId" = ar."ArtistId" JOIN "Track" t ON t."AlbumId" = al."AlbumId"
		JOIN "InvoiceLine" l ON l."TrackId" = t."TrackId" GROUP BY ar."Name" ORDER BY 2 DESC, 1 LIMIT 20`,
	"tracks of each playlist": `SELECT p."PlaylistId", p."Name", COUNT(pt."TrackId"), SUM(t."Milliseconds")
		FROM "Playlist" p LEFT JOIN "PlaylistTrack" pt ON pt."PlaylistId" = p."PlaylistId"
		LEFT JOIN "Track" t ON t."TrackId" = pt."TrackId" GROUP BY p."PlaylistId", p."Name" ORDER BY 1`,
	"turnover of each year": `SELECT SUBSTR(CAST("InvoiceDate" AS CHAR(10)), 1, 4), COUNT(*), ROUND(SUM("Total"), 2)
		FROM "Invoice" GROUP BY SUBSTR(CAST("InvoiceDate" AS CHAR(10)), 1, 4) ORDER BY 1`,
	"who reports to whom": `SELECT e."LastName", e."HireDate", m."LastName" FROM "Employee" e
		LEFT JOIN "Employee" m ON m."EmployeeId" = e."ReportsTo" ORDER BY e."EmployeeId"`,
	"invoices that their lines do not add up to": `SELECT i."InvoiceId" FROM "Invoice" i
		JOIN "InvoiceLine" l ON l."InvoiceId" = i."InvoiceId" GROUP BY i."InvoiceId", i."Total"
		HAVING ABS(i."Total" - SUM(l."UnitPrice" * l."Quantity")) > 0.001 ORDER BY 1`,
	"music that nobody bought": `SELECT g."Name", COUNT(*) FROM "Track" t JOIN "Genre" g ON g."GenreId" = t."GenreId"
		JOIN "MediaType" m ON m."MediaTypeId" = t."MediaTypeId"
		LEFT JOIN "InvoiceLine" l ON l."TrackId" = t."TrackId"
		WHERE l."TrackId" IS NULL GROUP BY g."Name" ORDER BY 2 DESC, 1`,
}

// snapshot is a copy's content and its answers, in its original columns.
type snapshot struct {
	columns map[string][]string // of each table
	rows    map[string]int      // of each table
	sums    map[string]string   // checksum of all rows, of each table
	answers map[string][]string // to oldQueries
	catalog []string            // columns, keys and indexes as the database describes them
}

// take makes a snapshot of the given columns, or of all if none are given.
func take(t *testing.T, db *chinook, columns map[string][]string) snapshot {
	t.Helper()
	s := snapshot{
		columns: columns, rows: map[string]int{}, sums: map[string]string{}, answers: map[string][]string{},
		catalog: db.catalog(t),
	}
	if columns == nil {
		s.columns = db.columns(t)
	}
	for _, table := range tables {
		// The primary key is the first column, or the first two.
		all := db.lines(t, fmt.Sprintf(`SELECT "%s" FROM "%s" ORDER BY 1, 2`,
			strings.Join(s.columns[table], `", "`), table))
		s.rows[table] = len(all)
		s.sums[table] = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(all, "\n"))))
	}
	for name, query := range oldQueries {
		s.answers[name] = db.lines(t, query)
	}
	return s
}

// columns returns the names of the columns of each table, in order.
func (db *chinook) columns(t *testing.T) map[string][]string {
	t.Helper()
	columns := map[string][]string{}
	for _, table := range tables {
		rows, err := db.QueryContext(t.Context(), `SELECT * FROM `+db.quote(table)+` WHERE 1 = 0`)
		require.NoError(t, err)
		columns[table], err = rows.Columns()
		require.NoError(t, err)
		require.NoError(t, rows.Close())
	}
	return columns
}

// catalog returns the database's own description of the tables: a line for each column, index, key and trigger.
func (db *chinook) catalog(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, query := range catalogs[db.dialect] {
		lines = append(lines, db.lines(t, query)...)
	}
	return lines
}

var catalogs = map[string][]string{
	dialect.SQLite: {
		`SELECT t.name, c.* FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2`,
		`SELECT t.name, f.* FROM sqlite_master t, pragma_foreign_key_list(t.name) f ORDER BY 1, 2`,
		`SELECT type, name, tbl_name, CASE type WHEN 'table' THEN '' ELSE sql END FROM sqlite_master ORDER BY 1, 2`,
	},
	dialect.Postgres: {
		`SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
			character_maximum_length, numeric_precision, numeric_scale, is_identity
			FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3`,
		`SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
		`SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
			WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2`,
		`SELECT sequencename, data_type::text FROM pg_sequences ORDER BY 1`,
	},
	dialect.MySQL: {
		`SELECT table_name, column_name, ordinal_position, column_default, is_nullable, column_type,
			character_set_name, collation_name, extra
			FROM information_schema.columns WHERE table_schema = database() ORDER BY 1, 3`,
		`SELECT table_name, index_name, seq_in_index, column_name, non_unique
			FROM information_schema.statistics WHERE table_schema = database() ORDER BY 1, 2, 3`,
		`SELECT r.constraint_name, r.table_name, r.referenced_table_name, r.update_rule, r.delete_rule, k.column_name
			FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k
			ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name
			WHERE r.constraint_schema = database() ORDER BY 1, 2`,
	},
}

// quote quotes a name for the database.
func (db *chinook) quote(name string) string {
	if db.dialect == dialect.MySQL {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}
