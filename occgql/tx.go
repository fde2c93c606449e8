package occgql

import (
	"context"
	"database/sql/driver"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// TxOpener is entgql's interface, implemented by the client that entgql generates.
type TxOpener interface {
	OpenTx(ctx context.Context) (context.Context, driver.Tx, error)
}

// OpenTx returns an opener for the transactioner of entgql that lets [Conflicts] see how a transaction ended. The
// transactioner itself turns the error of a COMMIT into text, and drops the error of a ROLLBACK: a conflict of
// VerifyOnCommit and an unknown outcome would have no code.
//
//	srv.Use(entgql.Transactioner{TxOpener: occgql.OpenTx(client)})
func OpenTx(opener TxOpener) TxOpener {
	if opener == nil {
		return nil // The transactioner reports it.
	}
	return seenOpener{opener}
}

type seenOpener struct{ TxOpener }

// OpenTx opens a transaction.
func (o seenOpener) OpenTx(ctx context.Context) (context.Context, driver.Tx, error) {
	inside, tx, err := o.TxOpener.OpenTx(ctx)
	if end := txEndFrom(ctx); err == nil && end != nil {
		tx = seenTx{tx, end}
	}
	return inside, tx, err
}

type seenTx struct {
	driver.Tx
	end *txEnd
}

// Commit notes its error.
func (t seenTx) Commit() error {
	err := t.Tx.Commit()
	t.end.mu.Lock()
	defer t.end.mu.Unlock()
	t.end.commit = err
	return err
}

// Rollback notes its error.
func (t seenTx) Rollback() error {
	err := t.Tx.Rollback()
	t.end.mu.Lock()
	defer t.end.mu.Unlock()
	t.end.rollback = err
	return err
}

// txEnd is how the transaction of a response ended.
type txEnd struct {
	mu               sync.Mutex
	commit, rollback error
}

// errors returns the errors of a response, completed by what the transactioner does not report: the error of the COMMIT
// instead of its text, and a ROLLBACK that was refused.
func (e *txEnd) errors(ctx context.Context, list gqlerror.List) gqlerror.List {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.commit != nil && answerOf(e.commit) != nil {
		return gqlerror.List{graphql.DefaultErrorPresenter(ctx, e.commit)}
	}
	if e.rollback != nil && answerOf(e.rollback) != nil {
		return append(list, graphql.DefaultErrorPresenter(ctx, e.rollback))
	}
	return list
}

type txEndKey struct{}

func withTxEnd(ctx context.Context) (context.Context, *txEnd) {
	end := &txEnd{}
	return context.WithValue(ctx, txEndKey{}, end), end
}

func txEndFrom(ctx context.Context) *txEnd {
	end, _ := ctx.Value(txEndKey{}).(*txEnd)
	return end
}
