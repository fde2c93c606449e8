package entocc

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"entgo.io/ent"
)

// OutcomeUnknownError reports a write whose answer was lost: the connection ended after its statement, or the COMMIT of its
// transaction, was sent; or the server refused the ROLLBACK of its transaction. It may have been applied or not. Nothing is sent a second time, [IsRetryable] is false of it, and
// it is no conflict.
//
// What the caller can do is to read the row: the version Next says that the write was applied, unless somebody else has
// counted to the same number; a version that mixin.TokenVersion made is sure. The version Expected says that it was not.
//
//	var unknown *entocc.OutcomeUnknownError
//	if errors.As(err, &unknown) {
//		log.Printf("%s %v: read it again, version %v says that the write was applied", unknown.Type, unknown.ID, unknown.Next)
//	}
type OutcomeUnknownError struct {
	// Type is the name of the ent type, "User", and ID the row's primary key. They are empty for the commit of a transaction,
	// and where more than one row was written.
	Type string
	ID   any
	// Op is the operation of the mutation, or 0.
	Op ent.Op
	// Expected is the version that the write expected, and Next the one that it would have left, where they are known.
	Expected, Next any
	// Err is the error of the driver.
	Err error
}

// Error returns type, ID and versions, and what to do.
func (e *OutcomeUnknownError) Error() string {
	var b strings.Builder
	b.WriteString("entocc: ")
	if e.Type == "" {
		b.WriteString("the write or the commit may or may not have been applied: its response was lost, read the rows again")
	} else {
		fmt.Fprintf(&b, "%s of %s %s may or may not have been applied: its response was lost, read the row again", opName(e.Op), e.Type, formatID(e.ID))
	}
	if e.Next != nil {
		fmt.Fprintf(&b, ", version %v says that it was", e.Next)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

// IsOutcomeUnknown reports whether err says that a write may or may not have been applied.
func IsOutcomeUnknown(err error) bool {
	var e *OutcomeUnknownError
	return errors.As(err, &e)
}

// NameOutcome returns an [OutcomeUnknownError] for the error of a write whose answer was lost, and other errors as they are.
// ctx is that of the write: one that ended before the answer came has left it open. The runtime of generated code calls it.
func NameOutcome(ctx context.Context, err error) error {
	if err == nil || IsOutcomeUnknown(err) {
		return err
	}
	if answered, lost := answerIn(err); lost || !answered && ctx.Err() != nil {
		return &OutcomeUnknownError{Err: err}
	}
	return err
}

// NameCommit is NameOutcome for the error of a COMMIT: each that is not the server's answer has left it open, also that of a
// context, and what pgx says of a connection that the COMMIT itself has met its end on.
func NameCommit(err error) error {
	if err == nil || IsOutcomeUnknown(err) || errors.Is(err, sql.ErrTxDone) || IsRecordModified(err) {
		return err
	}
	answered, lost := false, false
	walk(err, func(err error) bool {
		a, l := answerOf(err)
		answered, lost = answered || a, lost || l
		return false
	})
	if lost || !answered {
		return &OutcomeUnknownError{Err: err}
	}
	return err
}

// NameRollback is NameOutcome for the error of a ROLLBACK. One that the server has refused, as a node of Galera does that has lost the
// others (1047), leaves the transaction open on its connection, and whoever gets that connection next commits it by beginning
// another. A connection that has ended has taken its transaction with it, and a server that answers a deadlock (1213), as Galera
// does where another node has won, has rolled the transaction back.
func NameRollback(err error) error {
	if err == nil || IsOutcomeUnknown(err) || errors.Is(err, sql.ErrTxDone) || Classify(err).RolledBack {
		return err
	}
	if answered, lost := answerIn(err); answered && !lost {
		return &OutcomeUnknownError{Err: fmt.Errorf("the rollback was refused: %w", err)}
	}
	return err
}

// answerIn looks for the server's answer in an error of a statement.
func answerIn(err error) (answered, lost bool) {
	walk(err, func(err error) bool {
		if notSent(err) {
			answered, lost = true, false
			return true
		}
		a, l := answerOf(err)
		answered, lost = answered || a, lost || l
		return false
	})
	return answered, lost
}

// answerOf reports whether an error is the server's answer, or says that there was none.
func answerOf(err error) (answered, lost bool) {
	if state, ok := err.(interface{ SQLState() string }); ok {
		// The server was shut down (57P01), ended by a crash of another process (57P02), or the connection failed.
		return true, state.SQLState() == "57P01" || state.SQLState() == "57P02" || strings.HasPrefix(state.SQLState(), "08")
	}
	if v := structOf(err); v.IsValid() && v.Type().Name() == "MySQLError" {
		number := v.FieldByName("Number")
		return true, number.IsValid() && number.CanUint() && number.Uint() == 1180 // ER_ERROR_DURING_COMMIT
	}
	if _, ok := sqliteCode(err); ok {
		return true, false
	}
	return false, isLost(err)
}

// notSent knows pgx's errors of a statement that was not sent, and of a connection that was not made.
func notSent(err error) bool {
	safe, ok := err.(interface{ SafeToRetry() bool })
	v := structOf(err)
	return ok && safe.SafeToRetry() || v.IsValid() && v.Type().Name() == "ConnectError"
}

// isLost reports whether an error is that of a connection that has ended.
func isLost(err error) bool {
	if slices.Contains([]error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE}, err) {
		return true
	}
	if op, ok := err.(*net.OpError); ok { //nolint:errorlint // walk unwraps
		return op.Op != "dial"
	}
	// go-sql-driver's ErrInvalidConn, which it exports and this package does not link.
	return err.Error() == "invalid connection" && reflect.TypeOf(err).String() == "*errors.errorString"
}
