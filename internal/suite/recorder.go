package suite

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"
	"sync"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/hook"
)

// Recorder is a driver that records the statements that it sends, with those that begin and end transactions.
type Recorder struct {
	dialect.Driver
	mu   sync.Mutex
	sent []string
	// refused are the errors for the next statements with each verb.
	refused map[string][]error
	// after is called before the left-th statement with afterVerb is sent.
	after     func()
	afterVerb string
	left      int
	// single counts a write in its own transaction as one statement.
	single bool
}

// Record wraps a driver.
func Record(drv dialect.Driver) *Recorder { return &Recorder{Driver: drv} }

// recordOf records what is sent to a database. BEGIN and COMMIT are not counted on drivers where each write gets a
// transaction, so that database/sql can't send it twice.
func recordOf(db DB, pool *stdsql.DB) *Recorder {
	r := Record(sql.OpenDB(db.Dialect, pool))
	r.single = db.Traits.Repeats
	return r
}

// Reset forgets what was sent.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = nil
}

// Sent returns what was sent since the last Reset.
func (r *Recorder) Sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := append([]string(nil), r.sent...)
	for i := 0; r.single && i+2 < len(sent); i++ {
		if sent[i] == "BEGIN" && sent[i+2] == "COMMIT" {
			sent = append(sent[:i], append([]string{sent[i+1]}, sent[i+3:]...)...)
		}
	}
	return sent
}

// Writes returns the sent statements that change rows.
func (r *Recorder) Writes() []string {
	var writes []string
	for _, query := range r.Sent() {
		switch verb(query) {
		case "INSERT", "UPDATE", "DELETE":
			writes = append(writes, query)
		}
	}
	return writes
}

// Refuse answers the next statement with the verb ("UPDATE") with err instead of sending it.
func (r *Recorder) Refuse(verb string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = make(map[string][]error)
	}
	r.refused[verb] = append(r.refused[verb], err)
}

// Then calls f before the n-th statement with the verb from now on is sent.
func (r *Recorder) Then(verb string, n int, f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.afterVerb, r.left, r.after = verb, n, f
}

// note records a statement, and returns the error to answer it with.
func (r *Recorder) note(query string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, query)
	if r.after != nil && verb(query) == r.afterVerb {
		if r.left--; r.left == 0 {
			r.after()
			r.after = nil
		}
	}
	errs := r.refused[verb(query)]
	if len(errs) == 0 {
		return nil
	}
	r.refused[verb(query)] = errs[1:]
	return errs[0]
}

// compound is how the compound statement of a save on MariaDB begins.
const compound = "BEGIN NOT ATOMIC START TRANSACTION; "

// verb returns what a statement does. A compound one is a save, or asks whether the server accepts compound statements.
func verb(query string) string {
	verb, _, _ := strings.Cut(strings.TrimPrefix(query, compound), " ")
	return verb
}

// Exec implements dialect.Driver.
func (r *Recorder) Exec(ctx context.Context, query string, args, v any) error {
	if err := r.note(query); err != nil {
		return err
	}
	return r.Driver.Exec(ctx, query, args, v)
}

// Query implements dialect.Driver.
func (r *Recorder) Query(ctx context.Context, query string, args, v any) error {
	if err := r.note(query); err != nil {
		return err
	}
	return r.Driver.Query(ctx, query, args, v)
}

// Tx implements dialect.Driver.
func (r *Recorder) Tx(ctx context.Context) (dialect.Tx, error) {
	if err := r.note("BEGIN"); err != nil {
		return nil, err
	}
	return r.recorded(r.Driver.Tx(ctx))
}

// BeginTx begins a transaction with options, which ent's Client.BeginTx needs.
func (r *Recorder) BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error) {
	if err := r.note("BEGIN"); err != nil {
		return nil, err
	}
	drv, ok := r.Driver.(interface {
		BeginTx(context.Context, *stdsql.TxOptions) (dialect.Tx, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T begins no transactions with options", r.Driver)
	}
	return r.recorded(drv.BeginTx(ctx, opts))
}

// Pin implements hook.Pinner.
func (r *Recorder) Pin(ctx context.Context) (hook.Pinned, error) {
	conn, err := hook.Pin(ctx, r.Driver)
	if conn == nil {
		return nil, err
	}
	return &recordedConn{conn, r}, nil
}

type recordedConn struct {
	hook.Pinned
	recorder *Recorder
}

// Exec implements hook.Pinned.
func (c *recordedConn) Exec(ctx context.Context, query string, args, v any) error {
	if err := c.recorder.note(query); err != nil {
		return err
	}
	return c.Pinned.Exec(ctx, query, args, v)
}

// Query implements hook.Pinned.
func (c *recordedConn) Query(ctx context.Context, query string, args, v any) error {
	if err := c.recorder.note(query); err != nil {
		return err
	}
	return c.Pinned.Query(ctx, query, args, v)
}

func (r *Recorder) recorded(tx dialect.Tx, err error) (dialect.Tx, error) {
	if err != nil {
		return nil, err
	}
	return &recordedTx{tx, r}, nil
}

type recordedTx struct {
	dialect.Tx
	recorder *Recorder
}

// Exec implements dialect.Tx.
func (t *recordedTx) Exec(ctx context.Context, query string, args, v any) error {
	if err := t.recorder.note(query); err != nil {
		return err
	}
	return t.Tx.Exec(ctx, query, args, v)
}

// Query implements dialect.Tx.
func (t *recordedTx) Query(ctx context.Context, query string, args, v any) error {
	if err := t.recorder.note(query); err != nil {
		return err
	}
	return t.Tx.Query(ctx, query, args, v)
}

// Commit implements dialect.Tx.
func (t *recordedTx) Commit() error {
	if err := t.recorder.note("COMMIT"); err != nil {
		return err
	}
	return t.Tx.Commit()
}

// Rollback implements dialect.Tx.
func (t *recordedTx) Rollback() error {
	if err := t.recorder.note("ROLLBACK"); err != nil {
		return err
	}
	return t.Tx.Rollback()
}

// ExecContext serves ent's feature sql/execquery.
func (t *recordedTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	if err := t.recorder.note(query); err != nil {
		return nil, err
	}
	ex, ok := t.Tx.(interface {
		ExecContext(context.Context, string, ...any) (stdsql.Result, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T executes nothing", t.Tx)
	}
	return ex.ExecContext(ctx, query, args...)
}
