package main

import (
	"fmt"
	"io"
	"strings"
)

// story prints what happens, and between the lines the statements that the database gets.
type story struct{ out io.Writer }

// say prints a paragraph of the story.
func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.out, format+"\n\n", args...)
}

// statement prints what ent's debug driver logs of each statement: "driver.Query: query=SELECT .. args=[..]".
func (s *story) statement(v ...any) {
	line := fmt.Sprint(v...)
	_, query, ok := strings.Cut(line, "query=")
	if !ok {
		fmt.Fprintf(s.out, "    %s\n\n", transaction(line))
		return
	}
	query, args, _ := strings.Cut(query, " args=")
	fmt.Fprintf(s.out, "    %s\n    -- %s\n\n", strings.ReplaceAll(query, "`", ""), args)
}

// transaction returns the statement that begins or ends a transaction, for what the debug driver logs of it.
func transaction(line string) string {
	switch {
	case strings.HasSuffix(line, "started"):
		return "BEGIN"
	case strings.HasSuffix(line, "committed"):
		return "COMMIT"
	}
	return "ROLLBACK"
}
