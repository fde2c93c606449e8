package batch

import (
	"encoding/json"
	"slices"

	"entgo.io/ent/dialect"
)

// limits is how much one statement may hold.
type limits struct{ rows, args, length int }

// limitsOf returns what the protocol or the default build of a database allows for rows like these, and less if longer
// statements gain nothing: PostgreSQL and MySQL count arguments in 16 bits, SQLite accepts 32766. MySQL's
// max_allowed_packet may be as low as 1 MiB, and MySQL searches the list of rows for every row if the keys are not
// integers.
func limitsOf(d string, rows []*slot) limits {
	most := limitsFor(d)
	if d == dialect.MySQL && slices.ContainsFunc(rows, func(s *slot) bool { return s.key.other != nil }) {
		most.rows = 250
	}
	return most
}

// limitsFor returns what a database allows for rows that it does not have to search for.
func limitsFor(d string) limits {
	switch d {
	case dialect.MySQL:
		return limits{rows: 1000, args: 65535, length: 512 << 10}
	case dialect.SQLite:
		return limits{rows: 1000, args: 32766, length: 8 << 20}
	default:
		return limits{rows: 1000, args: 65535, length: 8 << 20}
	}
}

// chunks groups the rows by their shape, in the order in which shapes appear, and splits the groups when a statement is
// full. A row without a shape gets its own group.
func chunks(d string, rows []*slot) [][]*slot {
	var all, groups [][]*slot
	var buf []byte
	known := make(map[string]int)
	for _, s := range rows {
		buf = s.row.shape(buf[:0], d)
		if len(buf) == 0 {
			all = append(all, []*slot{s})
			continue
		}
		at, ok := known[string(buf)]
		if !ok {
			at = len(groups)
			known[string(buf)] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], s)
	}
	for _, group := range groups {
		all = append(all, cut(limitsOf(d, group), group)...)
	}
	return all
}

func cut(most limits, group []*slot) [][]*slot {
	var all [][]*slot
	from, args, length := 0, 0, 0
	for i, s := range group {
		a, l := s.row.size()
		if i > from && (i-from == most.rows || args+a > most.args || length+l > most.length) {
			all = append(all, group[from:i])
			from, args, length = i, 0, 0
		}
		args, length = args+a, length+l
	}
	return append(all, group[from:])
}

// lengthOf estimates the bytes of an argument.
func lengthOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	case json.RawMessage:
		return len(v)
	}
	return 16
}
