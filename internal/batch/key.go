package batch

import (
	"database/sql/driver"
	"fmt"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// rowKey is a comparable primary key, the same for values that were given and values that are scanned. A key that is a
// single integer allocates no memory.
type rowKey struct {
	number int64
	other  any
}

// keyOf makes the key of a row with a single key column.
func keyOf(v any) rowKey {
	switch v := v.(type) {
	case int:
		return rowKey{number: int64(v)}
	case int64:
		return rowKey{number: v}
	case *sql.NullInt64:
		if v.Valid {
			return rowKey{number: v.Int64}
		}
	}
	switch part := keyPart(v).(type) {
	case int64:
		return rowKey{number: part}
	case nil:
		return rowKey{other: struct{}{}}
	default:
		return rowKey{other: part}
	}
}

// keyOfAll makes the key of a row with any number of key columns.
func keyOfAll(values []any) rowKey {
	if len(values) == 1 {
		return keyOf(values[0])
	}
	key := make([]any, len(values))
	for i, v := range values {
		key[i] = keyPart(v)
	}
	return rowKey{other: fmt.Sprintf("%#v", key)}
}

func keyPart(v any) any {
	converted, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return fmt.Sprintf("%#v", v)
	}
	if b, ok := converted.([]byte); ok {
		return string(b)
	}
	return converted
}

// duplicate refuses a batch that writes a row twice: the second write would expect a version that the first has
// changed. If rows are in the order of their keys, as queries return them, no set of seen keys is needed.
func (b *batch) duplicate() error {
	var last *slot
	var seen map[rowKey]bool
	for i := range b.slots {
		s := &b.slots[i]
		if s.row == nil {
			continue
		}
		s.key = s.row.key()
		if seen == nil && (last == nil || s.key.follows(last.key)) {
			last = s
			continue
		}
		if seen == nil {
			seen = b.firstKeys(i)
		}
		if seen[s.key] {
			about := s.row.claimed()
			return &entocc.VersionError{Type: about.Schema.Type, Op: about.Op, Reason: fmt.Sprintf("the batch has row %v twice: "+
				"make all changes of a row with one builder", about.ID)}
		}
		seen[s.key] = true
	}
	return nil
}

func (k rowKey) String() string {
	if k.other == nil {
		return strconv.FormatInt(k.number, 10)
	}
	return fmt.Sprint(k.other)
}

// follows reports whether the key is greater than another as a number: keys that are not numbers count as 0.
func (k rowKey) follows(other rowKey) bool { return k.number > other.number }

// firstKeys are the keys of the first n slots.
func (b *batch) firstKeys(n int) map[rowKey]bool {
	seen := make(map[rowKey]bool, len(b.slots))
	for i := range b.slots[:n] {
		if s := &b.slots[i]; s.row != nil {
			seen[s.key] = true
		}
	}
	return seen
}

// finder finds the slots of rows that a statement returns, usually in the order in which they were sent.
type finder struct {
	slots []*slot
	next  int
	index map[rowKey]int
}

// find returns the slot of a row, or nil.
func (f *finder) find(key rowKey) *slot {
	at := f.next
	if at >= len(f.slots) || f.slots[at].key != key {
		if f.index == nil {
			f.index = make(map[rowKey]int, len(f.slots))
			for i, s := range f.slots {
				f.index[s.key] = i
			}
		}
		var ok bool
		if at, ok = f.index[key]; !ok {
			return nil
		}
	}
	f.next = at + 1
	return f.slots[at]
}
