package entocc

import (
	"errors"
	"reflect"
	"strings"
)

// Kind says what a database error means for concurrency.
type Kind uint8

// The kinds of [Class].
const (
	// KindOther is every error that says nothing about concurrency.
	KindOther Kind = iota
	// KindModified is a row, or the snapshot of it, that another transaction changed: PostgreSQL's 40001 "concurrent
	// update" and "concurrent delete", MariaDB's 1020, SQLite's 517 (SQLITE_BUSY_SNAPSHOT).
	KindModified
	// KindSerialization is a transaction that does not serialize with others, whatever rows they touched: any other
	// 40001 of PostgreSQL.
	KindSerialization
	// KindDeadlock is a transaction that the database chose as a deadlock's victim: PostgreSQL's 40P01, MySQL's and
	// MariaDB's 1213. On a Galera cluster it may as well be a conflict with another node: read the version again to know.
	KindDeadlock
	// KindLockTimeout is a lock that was not granted in time: PostgreSQL's 55P03, MySQL's 1205 and 3572.
	KindLockTimeout
	// KindBusy is a database that is locked as a whole: SQLite's 5 and 6.
	KindBusy
)

// String returns the kind's name, for logs.
func (k Kind) String() string {
	names := [...]string{"other", "modified", "serialization", "deadlock", "lock timeout", "busy"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Class is what a database error means for concurrency.
type Class struct {
	Kind Kind
	// TxDead reports that the transaction in which the error was raised can only be rolled back.
	TxDead bool
	// RolledBack reports that the database has already done so, as MySQL and MariaDB do (errors 1213 and 1020). They run
	// its later statements in autocommit: never continue in it, and never treat its COMMIT as a success. Transactions of
	// clients that were generated with the extension refuse both.
	RolledBack bool
}

// Retryable reports whether the same work, run again from its start in a new transaction, may succeed.
func (c Class) Retryable() bool { return c.Kind != KindOther }

// IsRetryable reports whether the work that ended in err may succeed when it is run again from its start: in a new
// transaction, on rows read again. A write that may or may not have been applied ([IsOutcomeUnknown]) is not retryable.
func IsRetryable(err error) bool {
	var state *StateError
	return !IsOutcomeUnknown(err) && !errors.As(err, &state) && (IsRecordModified(err) || Classify(err).Retryable())
}

// Classify says what err means for concurrency. It knows the errors of lib/pq, pgx, go-sql-driver/mysql, mattn's and
// modernc's SQLite, also wrapped, and links none of these drivers.
func Classify(err error) Class {
	var class Class
	ended := false
	walk(err, func(err error) bool {
		if err == ErrTxEnded { //nolint:errorlint // walk unwraps
			class, ended = Class{Kind: KindDeadlock}, true
			return false // Its cause, if there is one, says more.
		}
		for _, classify := range [...]func(error) (Class, bool){classifyPostgres, classifyMySQL, classifySQLite} {
			c, ok := classify(err)
			if ok {
				class = c
				return true
			}
		}
		return false
	})
	class.TxDead, class.RolledBack = class.TxDead || ended, class.RolledBack || ended
	return class
}

// walk visits err and what it wraps until visit returns true.
func walk(err error, visit func(error) bool) bool {
	if err == nil {
		return false
	}
	if visit(err) {
		return true
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range many.Unwrap() {
			if walk(err, visit) {
				return true
			}
		}
		return false
	}
	return walk(errors.Unwrap(err), visit)
}

// classifyPostgres knows lib/pq and pgx by the method that both have for the SQLSTATE. Any error aborts a PostgreSQL
// transaction.
func classifyPostgres(err error) (Class, bool) {
	state, ok := err.(interface{ SQLState() string })
	if !ok {
		return Class{}, false
	}
	class := Class{TxDead: true}
	switch state.SQLState() {
	case "40001":
		class.Kind = KindSerialization
		if concurrentUpdate(err) {
			class.Kind = KindModified
		}
	case "40P01":
		class.Kind = KindDeadlock
	case "55P03":
		class.Kind = KindLockTimeout
	}
	return class, true
}

// concurrentUpdate distinguishes 40001 on a row that the statement itself wanted to write from the other reasons for 40001,
// which have the same code. The source file does not depend on the server's language, as the message does; not every
// server sends it.
func concurrentUpdate(err error) bool {
	if file := stringField(err, "File"); file != "" {
		return file == "nodeModifyTable.c" || file == "nodeLockRows.c" || file == "heapam.c" || file == "tableam.c"
	}
	msg := err.Error()
	return strings.Contains(msg, "concurrent update") || strings.Contains(msg, "concurrent delete")
}

// classifyMySQL knows go-sql-driver's *mysql.MySQLError by its field Number.
func classifyMySQL(err error) (Class, bool) {
	v := structOf(err)
	if !v.IsValid() || v.Type().Name() != "MySQLError" {
		return Class{}, false
	}
	number := v.FieldByName("Number")
	if !number.IsValid() || !number.CanUint() {
		return Class{}, false
	}
	switch number.Uint() {
	case 1020: // ER_CHECKREAD, with innodb_snapshot_isolation.
		return Class{Kind: KindModified, TxDead: true, RolledBack: true}, true
	case 1213: // ER_LOCK_DEADLOCK
		return Class{Kind: KindDeadlock, TxDead: true, RolledBack: true}, true
	case 1305: // ER_SP_DOES_NOT_EXIST, of a savepoint that went with its transaction: it is entocc's, which has set it.
		if strings.Contains(err.Error(), "SAVEPOINT entocc_") {
			return Class{Kind: KindDeadlock, TxDead: true, RolledBack: true}, true
		}
	case 1206: // ER_LOCK_TABLE_FULL
		return Class{TxDead: true, RolledBack: true}, true
	case 1180: // ER_ERROR_DURING_COMMIT: a node of a cluster that lost the others.
		return Class{TxDead: true, RolledBack: true}, true
	case 1205, 3572: // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_NOWAIT: only the statement is undone.
		return Class{Kind: KindLockTimeout}, true
	}
	return Class{}, true
}

// classifySQLite knows mattn's sqlite3.Error, a value with the field ExtendedCode, and modernc's *sqlite.Error with the
// method Code, which is the extended code.
func classifySQLite(err error) (Class, bool) {
	code, ok := sqliteCode(err)
	if !ok {
		return Class{}, false
	}
	const busySnapshot = 5 | 2<<8
	switch {
	case code == busySnapshot:
		return Class{Kind: KindModified, TxDead: true}, true
	case code&0xff == 5 || code&0xff == 6:
		return Class{Kind: KindBusy}, true
	}
	return Class{}, true
}

func sqliteCode(err error) (int64, bool) {
	v := structOf(err)
	if !v.IsValid() || v.Type().Name() != "Error" || !strings.Contains(v.Type().PkgPath(), "sqlite") {
		return 0, false
	}
	if coder, ok := err.(interface{ Code() int }); ok {
		return int64(coder.Code()), true
	}
	for _, name := range [...]string{"ExtendedCode", "Code"} {
		if f := v.FieldByName(name); f.IsValid() && f.CanInt() && f.Int() != 0 {
			return f.Int(), true
		}
	}
	return 0, false
}

// structOf returns the struct of a struct or a pointer to one, or the zero Value.
func structOf(err error) reflect.Value {
	v := reflect.ValueOf(err)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v
}

func stringField(err error, name string) string {
	v := structOf(err)
	if !v.IsValid() {
		return ""
	}
	if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
		return f.String()
	}
	return ""
}
