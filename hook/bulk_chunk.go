package hook

import (
	"encoding/json"

	"entgo.io/ent/dialect"
)

// limits are how much one statement may hold.
type limits struct{ rows, args, length int }

// limitsOf returns what the protocol or the default build of a database allows, less where bigger statements gain
// nothing: PostgreSQL and MySQL count arguments in 16 bits, SQLite takes 32766. MySQL looks through the list of rows for
// every row, and its max_allowed_packet may be as low as 1 MiB.
func limitsOf(d string) limits {
	switch d {
	case dialect.MySQL:
		return limits{rows: 250, args: 65535, length: 512 << 10}
	case dialect.SQLite:
		return limits{rows: 1000, args: 32766, length: 8 << 20}
	default:
		return limits{rows: 1000, args: 65535, length: 8 << 20}
	}
}

// chunks groups the rows by their shape, in the order in which shapes appear, and cuts the groups where a statement is
// full. A row without a shape stands alone.
func chunks(d string, rows []*slot) [][]*slot {
	var shapes []string
	groups := make(map[string][]*slot)
	var all [][]*slot
	for _, s := range rows {
		shape := s.row.shape(d)
		if shape == "" {
			all = append(all, []*slot{s})
			continue
		}
		if groups[shape] == nil {
			shapes = append(shapes, shape)
		}
		groups[shape] = append(groups[shape], s)
	}
	for _, shape := range shapes {
		all = append(all, cut(limitsOf(d), groups[shape])...)
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
