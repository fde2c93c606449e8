package session

import "strings"

// VerbOf returns the first word of a statement, in upper case, and the rest. Leading comments are skipped.
func VerbOf(query string) (verb, rest string) {
	query = withoutComments(query)
	i := strings.IndexFunc(query, func(r rune) bool { return r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
	if i < 0 {
		i = len(query)
	}
	return strings.ToUpper(query[:i]), strings.TrimSpace(query[i:])
}

// withoutComments drops leading spaces and comments of a statement.
func withoutComments(query string) string {
	for {
		query = strings.TrimLeft(query, " \t\r\n;(")
		end := ""
		switch {
		case strings.HasPrefix(query, "/*") && !strings.HasPrefix(query, "/*!"):
			end = "*/"
		case strings.HasPrefix(query, "--"), strings.HasPrefix(query, "#"):
			end = "\n"
		default:
			return query
		}
		_, rest, ok := strings.Cut(query, end)
		if !ok {
			return ""
		}
		query = rest
	}
}

// SavepointName returns the name in the rest of a statement about a savepoint, "" for a ROLLBACK of everything.
func SavepointName(rest string) string {
	words := strings.Fields(strings.ToLower(strings.TrimRight(rest, "; \t\r\n")))
	for len(words) > 0 {
		switch words[0] {
		case "to", "work", "transaction", "savepoint":
			words = words[1:]
		default:
			return strings.Trim(words[0], "`\"[]'")
		}
	}
	return ""
}

// tableOf returns the table of a statement in ent's own form, or nothing for any other.
func tableOf(verb, query string) string {
	const update, insert = "UPDATE ", "INSERT INTO "
	after, ok := strings.CutPrefix(query, update)
	if verb == "INSERT" {
		after, ok = strings.CutPrefix(query, insert)
	}
	if !ok || len(after) < 2 || after[0] != '`' && after[0] != '"' {
		return ""
	}
	quote := after[:1]
	table := ""
	for strings.HasPrefix(after, quote) { // The last part of a name that is qualified by a schema.
		if table, after, ok = strings.Cut(after[1:], quote); !ok {
			return ""
		}
		after = strings.TrimPrefix(after, ".")
	}
	if verb == "UPDATE" && !strings.HasPrefix(after, " SET ") || verb == "INSERT" && !strings.HasPrefix(after, " (") && !strings.HasPrefix(after, " DEFAULT") {
		return ""
	}
	return table
}

// Upserts reports whether an INSERT may update a row.
func Upserts(query string) bool {
	return strings.Contains(query, "ON CONFLICT") || strings.Contains(query, "ON DUPLICATE")
}

// MayWrite reports whether a statement contains a keyword of a writing statement.
func MayWrite(query string) bool {
	query = strings.ToUpper(query)
	for _, verb := range [...]string{"UPDATE", "INSERT", "DELETE", "MERGE", "REPLACE"} {
		if strings.Contains(query, verb) {
			return true
		}
	}
	return false
}

// MayName reports whether a statement may name a table.
func MayName(query, table string) bool {
	return strings.Contains(strings.ToLower(query), strings.ToLower(table))
}
