package session

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// Fate is what becomes of a version that a transaction wrote: it is committed, or it never existed. An entity that
// holds such a version has a Fate; all others have none.
type Fate struct {
	tx    *TxState
	state atomic.Uint32
	// number is the position among the fates of a transaction. Savepoints begin new ones.
	number int
}

const (
	fateOpen uint32 = iota
	fateCommitted
	fateUndone
	// fateUnknown is the fate after a commit whose response was lost.
	fateUnknown
)

// later returns the later of two fates. Both may be nil.
func later(a, b *Fate) *Fate {
	if a == nil || b != nil && b.number > a.number {
		return b
	}
	return a
}

// standing is what a version means to a driver.
type standing uint8

const (
	// there is a version that exists in the database, for this driver.
	there standing = iota
	// Elsewhere is a version that exists only in the transaction that wrote it.
	Elsewhere
	// Undone is a version that never existed.
	Undone
	// Doubtful is a version of a commit whose response was lost.
	Doubtful
)

// Standing returns what the version means to a driver, which may not be known yet. cause is why it never existed.
func (f *Fate) Standing(drv dialect.Driver) (s standing, cause error) {
	state := fateCommitted
	if f != nil {
		state = f.state.Load()
	}
	switch {
	case state == fateCommitted:
		return there, nil
	case state == fateUnknown:
		return Doubtful, f.tx.reason()
	case state == fateUndone || f.tx.ctx.Err() != nil:
		return Undone, f.tx.reason()
	case drv == nil || TxOf(drv) == f.tx:
		return there, nil
	}
	return Elsewhere, nil
}

// TxState is what a transaction of a generated client knows about its own writes: which rows now have a version that is
// lost on rollback. The zero value belongs to a transaction whose end can't be observed, because it is not committed
// through the client's Tx. It knows nothing.
type TxState struct {
	mu sync.Mutex
	// ctx is the context of the transaction, whose cancellation rolls it back; nil for the zero value.
	ctx   context.Context //nolint:containedctx // as ent's own Tx
	cause error
	ended bool
	// fates are the fates of everything that was written and is not undone; a new one begins with each savepoint.
	fates      []*Fate
	savepoints []savepoint
	fresh      bool
	numbered   int
	// rows, tables and statements record what was written: known rows, tables in ent's statements, and other statements
	// as a whole.
	rows, tables, statements map[string][]*Fate
	// proven are the versions with which rows were written.
	proven map[string][]provenVersion
	// created are the IDs of new rows, which have a value once they are inserted.
	created []createdRow
	// inserting holds the tables for which the next INSERT is already recorded in created.
	inserting map[string]bool
}

type savepoint struct {
	name string
	// fates is how many there were when the savepoint was set.
	fates int
}

type provenVersion struct {
	version any
	fate    *Fate
}

type createdRow struct {
	table string
	id    *sqlgraph.FieldSpec
	fate  *Fate
}

// breaks notes that the transaction must not be committed.
func (t *TxState) breaks(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cause = err
}

// Broken returns why the transaction must not be committed, or nil.
func (t *TxState) Broken() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return nil
	}
	return t.cause
}

// Begin notes that the end of the transaction will be seen.
func (t *TxState) Begin(ctx context.Context) { t.ctx = ctx }

// Seen reports whether the end of the transaction can be observed.
func (t *TxState) Seen() bool { return t.ctx != nil }

// Ended reports whether the end of the transaction was observed.
func (t *TxState) Ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

// End notes the end of the transaction. From now on, everything it wrote exists, never existed, or has an unknown
// outcome.
func (t *TxState) End(committed bool, cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.ended, t.cause = true, errors.Join(t.cause, cause)
	state := fateUndone
	switch {
	case committed:
		state = fateCommitted
	case entocc.IsOutcomeUnknown(cause):
		state = fateUnknown
	}
	for _, f := range t.fates {
		f.state.Store(state)
	}
	t.fates, t.rows, t.tables, t.statements, t.created, t.proven = nil, nil, nil, nil, nil, nil
	t.savepoints = nil // Code that set one may want to go back to it, and is then told that the transaction is over.
}

// reason returns why the transaction was rolled back, unless it did so by itself.
func (t *TxState) reason() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cause == nil && !t.ended {
		return t.ctx.Err()
	}
	return t.cause
}

// Wrote notes that a row was written, and returns the fate of its new version. versions are the version that guarded
// the write and the new one: the transaction has locked the row since.
func (t *TxState) Wrote(table string, id any, versions ...any) *Fate {
	if t.ctx == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := txRowKey(table, id)
	note(&t.rows, key, t.now())
	if t.proven == nil {
		t.proven = make(map[string][]provenVersion)
	}
	for _, v := range versions {
		t.proven[key] = append(t.proven[key], provenVersion{v, t.now()})
	}
	return t.now()
}

// Savepoints returns the names of the savepoints that are set.
func (t *TxState) Savepoints() (names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.savepoints {
		names = append(names, s.name)
	}
	return names
}

// Proves reports whether the transaction has written a row itself, with a guarded write whose version is the one
// expected now.
func (t *TxState) Proves(table string, id any, expected func(version any) bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.proven[txRowKey(table, id)], func(v provenVersion) bool {
		return v.fate.state.Load() != fateUndone && expected(v.version)
	})
}

// Creates notes that a row is about to be inserted, and returns the fate of its version. id is the ID of its spec, nil
// if the database stores IDs as other values.
func (t *TxState) Creates(table string, id *sqlgraph.FieldSpec) *Fate {
	if t.ctx == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if id != nil {
		t.created = append(t.created, createdRow{table, id, t.now()})
		if t.inserting == nil {
			t.inserting = make(map[string]bool)
		}
		t.inserting[table] = true
	}
	return t.now()
}

// FateOf returns the fate of the version of a row that the transaction read: nil if the transaction did not write it.
func (t *TxState) FateOf(table string, id any) (f *Fate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx == nil || len(t.fates) == 0 {
		return nil
	}
	key := txRowKey(table, id)
	for _, c := range t.created {
		note(&t.rows, txRowKey(c.table, c.id.Value), c.fate)
	}
	t.created = nil
	f = later(last(t.rows[key]), last(t.tables[table]))
	for statement, fates := range t.statements {
		if strings.Contains(statement, strings.ToLower(table)) {
			f = later(f, last(fates))
		}
	}
	return f
}

// Sends notes a statement before it is sent: what it writes, or what it does to savepoints.
func (t *TxState) Sends(ctx context.Context, query string) {
	if t.ctx == nil {
		return
	}
	verb, rest := VerbOf(query)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch verb {
	case "SELECT", "DELETE": // A deleted row has no version.
	case "SAVEPOINT":
		t.savepoints, t.fresh = append(t.savepoints, savepoint{SavepointName(rest), len(t.fates)}), true
	case "RELEASE":
		if i := t.savepoint(SavepointName(rest)); i >= 0 {
			t.savepoints = t.savepoints[:i]
		}
	case "ROLLBACK":
		t.undo(SavepointName(rest))
	default:
		t.writes(ctx, verb, query)
	}
}

// writes notes what a statement may write.
func (t *TxState) writes(ctx context.Context, verb, query string) {
	table := tableOf(verb, query)
	row, _ := ctx.Value(rowWritten{}).(*writtenRow)
	switch {
	case verb == "WITH" && !MayWrite(query):
	case table == "":
		note(&t.statements, strings.ToLower(query), t.now())
	case verb == "INSERT" && t.inserting[table] && !Upserts(query):
		delete(t.inserting, table)
	case verb == "UPDATE" && row != nil && row.table == table:
		note(&t.rows, txRowKey(table, row.id), t.now())
	default:
		note(&t.tables, table, t.now())
	}
}

// undo marks what was written since a savepoint. Without a known name, that is everything.
func (t *TxState) undo(name string) {
	from, i := 0, t.savepoint(name)
	if i >= 0 {
		from, t.savepoints = t.savepoints[i].fates, t.savepoints[:i+1]
	}
	for _, f := range t.fates[from:] {
		f.state.Store(fateUndone)
	}
	t.fates, t.fresh = t.fates[:from], true
}

// savepoint returns the index of the last savepoint with this name, or -1.
func (t *TxState) savepoint(name string) int {
	for i := len(t.savepoints) - 1; i >= 0; i-- {
		if t.savepoints[i].name == name {
			return i
		}
	}
	return -1
}

// now returns the fate of what is written now.
func (t *TxState) now() *Fate {
	if len(t.fates) == 0 || t.fresh {
		t.numbered++
		f := &Fate{tx: t, number: t.numbered}
		if t.ended {
			f.state.Store(fateUndone)
		}
		t.fates, t.fresh = append(t.fates, f), false
	}
	return t.fates[len(t.fates)-1]
}

func note(m *map[string][]*Fate, key string, f *Fate) {
	if *m == nil {
		*m = make(map[string][]*Fate)
	}
	if fates := (*m)[key]; len(fates) == 0 || fates[len(fates)-1] != f {
		(*m)[key] = append(fates, f)
	}
}

// last returns the last fate that is not undone.
func last(fates []*Fate) *Fate {
	for i := len(fates) - 1; i >= 0; i-- {
		if fates[i].state.Load() != fateUndone {
			return fates[i]
		}
	}
	return nil
}

func txRowKey(table string, id any) string {
	if v := reflect.ValueOf(id); v.Kind() == reflect.Pointer && !v.IsNil() {
		id = v.Elem().Interface() // ent keeps pointers to IDs that have a custom type.
	}
	return table + "\x00" + fmt.Sprint(id)
}

// rowWritten is the context key for the row that an UPDATE is known to write.
type rowWritten struct{}

type writtenRow struct {
	table string
	id    any
}

// WithRow returns the context of a statement that writes one row, and no other.
func WithRow(ctx context.Context, table string, id any) context.Context {
	return context.WithValue(ctx, rowWritten{}, &writtenRow{table, id})
}

// TxOf returns the state of the transaction that a driver of a generated client belongs to, or nil.
func TxOf(drv dialect.Driver) *TxState {
	for ; drv != nil; drv = unwrap(drv) {
		if d, ok := drv.(interface{ TxState() *TxState }); ok {
			return d.TxState()
		}
	}
	return nil
}
