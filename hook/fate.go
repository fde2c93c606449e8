package hook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// Fate is what becomes of a version that a transaction has written: it is committed, or it never was. An entity that
// holds such a version has a Fate; all others have none.
type Fate struct {
	tx    *TxState
	state atomic.Uint32
	// number is the place among the fates of a transaction. Savepoints begin new ones.
	number int
}

const (
	fateOpen uint32 = iota
	fateCommitted
	fateUndone
	// fateUnknown is that of a commit whose answer was lost.
	fateUnknown
)

// later returns the later of two fates. Both may be nil.
func later(a, b *Fate) *Fate {
	if a == nil || b != nil && b.number > a.number {
		return b
	}
	return a
}

// refuse refuses a write from an entity whose version is not one that the database has outside its transaction. drv is what
// the write goes by, if that is known already.
func (f *Fate) refuse(s *Schema, op ent.Op, id, version any, drv dialect.Driver) error {
	if f == nil || f.state.Load() == fateCommitted {
		return nil
	}
	state := f.state.Load()
	if state == fateUnknown {
		return s.errorf(op, f.tx.reason(), "version %v of the entity %v was written by a transaction whose commit may or may not have been "+
			"carried out, as its answer was lost. Read the entity again", version, id)
	}
	if state != fateUndone && f.tx.ctx.Err() == nil {
		if tx := TxOf(drv); drv == nil || tx == f.tx {
			return nil
		}
		return s.errorf(op, nil, "version %v of the entity %v was written by a transaction that has not been committed. "+
			"Write in that transaction, or commit it first", version, id)
	}
	return s.errorf(op, f.tx.reason(), "version %v of the entity %v never was, because the transaction that wrote it was rolled back. "+
		"Read the entity again, or write from the one that was read before", version, id)
}

// CheckFate refuses to compare the version of an entity that is not one which the database has outside its transaction.
func CheckFate(s *Schema, f *Fate, id, version any, drv dialect.Driver) error {
	return f.refuse(s, 0, id, version, drv)
}

// TxState is what a transaction of a generated client knows of its own writes: which rows have a version now that is lost
// when it is rolled back. The zero value is that of a transaction whose end nobody sees, as its commit is not that of the
// client's Tx. It knows nothing.
type TxState struct {
	mu sync.Mutex
	// ctx is that of the transaction, which a cancellation rolls back; nil for the zero value.
	ctx   context.Context //nolint:containedctx // as ent's own Tx
	cause error
	ended bool
	// fates are those of everything that was written and is not undone; a new one begins with each savepoint.
	fates      []*Fate
	savepoints []savepoint
	fresh      bool
	numbered   int
	// rows, tables and statements are what was written: rows that are known, tables in statements of ent's, and other
	// statements as a whole.
	rows, tables, statements map[string][]*Fate
	// proven are the versions by which rows were written.
	proven map[string][]provenVersion
	// created are the IDs of new rows, which have a value once they are inserted.
	created []createdRow
	// inserting holds the tables that the next INSERT is known for by created.
	inserting map[string]bool
}

type savepoint struct {
	name string
	// fates is how many there were when it was set.
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

// Seen reports whether the transaction is one whose end is seen.
func (t *TxState) Seen() bool { return t.ctx != nil }

// End notes the end of the transaction. Whatever it has written is there from now on, or never was, or nobody knows.
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
	t.savepoints = nil // Whoever had set one may want to go back to it, and hears then that the transaction is over.
}

// reason returns why the transaction was rolled back, if it did not do so by itself.
func (t *TxState) reason() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cause == nil && !t.ended {
		return t.ctx.Err()
	}
	return t.cause
}

// Wrote notes that a row was written, and returns the fate of its new version. versions are the one that the write was
// guarded by and the new one: the transaction has held the row since.
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

// set returns the names of the savepoints that are set.
func (t *TxState) set() (names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.savepoints {
		names = append(names, s.name)
	}
	return names
}

// prove notes which rows need no further check, as the transaction has written them itself by a write that was guarded by
// the version that is expected.
func (t *TxState) prove(rows []*Verified) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, row := range rows {
		for _, v := range t.proven[txRowKey(row.Table, row.ID)] {
			if v.fate.state.Load() != fateUndone && row.Schema.Strategy.Equal(v.version, row.Version) {
				row.locked = true
			}
		}
	}
}

// Creates notes that a row is about to be inserted, and returns the fate of its version. id is that of its spec, nil where
// the values of IDs are not those that the database has.
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

// FateOf returns the fate of the version of a row that the transaction has read: nil for one that it had not written.
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
	verb, rest := verbOf(query)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch verb {
	case "SELECT", "DELETE": // A row that is gone has no version.
	case "SAVEPOINT":
		t.savepoints, t.fresh = append(t.savepoints, savepoint{savepointName(rest), len(t.fates)}), true
	case "RELEASE":
		if i := t.savepoint(savepointName(rest)); i >= 0 {
			t.savepoints = t.savepoints[:i]
		}
	case "ROLLBACK":
		t.undo(savepointName(rest))
	default:
		t.writes(ctx, verb, query)
	}
}

// writes notes what a statement may write.
func (t *TxState) writes(ctx context.Context, verb, query string) {
	table := tableOf(verb, query)
	row, _ := ctx.Value(rowWritten{}).(*writtenRow)
	switch {
	case verb == "WITH" && !mayWrite(query):
	case table == "":
		note(&t.statements, strings.ToLower(query), t.now())
	case verb == "INSERT" && t.inserting[table] && !upserts(query):
		delete(t.inserting, table)
	case verb == "UPDATE" && row != nil && row.table == table:
		note(&t.rows, txRowKey(table, row.id), t.now())
	default:
		note(&t.tables, table, t.now())
	}
}

// undo marks what was written since a savepoint. Without a name, or one that is known, that is everything.
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
		id = v.Elem().Interface() // ent keeps pointers to IDs that have a type of their own.
	}
	return table + "\x00" + fmt.Sprint(id)
}

// rowWritten is the key of the row that an UPDATE is known to write, in the context of the statement.
type rowWritten struct{}

type writtenRow struct {
	table string
	id    any
}

// rowContext returns the context of a statement that writes the row of the save alone.
func (w *Write) rowContext(ctx context.Context) context.Context {
	if !w.inTx {
		return ctx
	}
	return context.WithValue(ctx, rowWritten{}, &writtenRow{w.spec.Node.Table, w.id})
}

// TxOf returns the state of the transaction that a driver of a generated client belongs to, or nil.
func TxOf(drv dialect.Driver) *TxState {
	for {
		switch d := drv.(type) {
		case *sql.Driver:
			return nil
		case *dialect.DebugDriver:
			drv = d.Driver
		case *namedDriver:
			drv = d.Driver
		case *admittedDriver:
			drv = d.Driver
		case *deleteDriver:
			drv = d.Driver
		case *touchingDelete:
			drv = d.Driver
		case *touchingCreate:
			drv = d.Driver
		case *EndingDriver:
			drv = d.Driver
		case childDriver:
			drv = d.Driver
		case interface{ TxState() *TxState }:
			return d.TxState()
		default:
			return nil
		}
	}
}
