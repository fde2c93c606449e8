package session

import (
	"context"
	stdsql "database/sql"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Session is what a generated client knows about its connections, in addition to ent's driver, which it leaves
// unchanged: other code asks for that driver by its type.
type Session struct {
	// last is the driver that was asked for last.
	last atomic.Pointer[namedDriver]
	// apart makes each writing statement of a transaction give its rows a new xmin: see [apartTx].
	apart bool
	// compounds is whether the server accepts compound statements.
	compounds atomic.Uint32
	// galera and admitted are what a server of MySQL's dialect answered.
	galera, admitted atomic.Uint32
}

// NewSession returns what a new client knows: nothing.
func NewSession() *Session { return &Session{} }

// Apart makes each writing statement of a transaction give its rows a new xmin, for mixin.SystemVersion. It returns s.
func (s *Session) Apart() *Session {
	s.apart = true
	return s
}

// Named returns the driver through which a client sends the writes of a guarded type. It is drv, with two differences:
// the outcome of a write whose response was lost has a name (entocc.OutcomeUnknownError), and nothing is sent twice.
func Named(s *Session, drv dialect.Driver) dialect.Driver {
	switch drv.(type) {
	case nil, *namedDriver, *admittedDriver:
		return drv
	}
	if s == nil {
		return drv
	}
	if _, pins := drv.(Pinner); !pins && database(drv) == nil { // Most likely a transaction's.
		if drv.Dialect() == dialect.MySQL && s.admitted.Load() != yes {
			return &admittedDriver{drv, s}
		}
		return drv
	}
	if d := s.last.Load(); d != nil && reflect.TypeOf(drv).Comparable() && d.Driver == drv {
		return d
	}
	d := &namedDriver{Driver: drv, session: s, inTx: drv.Dialect() == dialect.Postgres && repeats(drv)}
	s.last.Store(d)
	return d
}

// NamedTx returns a transaction of drv whose commit names an unknown outcome.
func NamedTx(s *Session, tx dialect.Tx, drv dialect.Driver) dialect.Tx {
	switch {
	case s == nil:
		return tx
	case drv.Dialect() == dialect.SQLite:
		return &localTx{namedTx: namedTx{Tx: tx, session: s}}
	case s.apart && drv.Dialect() == dialect.Postgres:
		return &namedTx{Tx: &apartTx{tx}, session: s}
	}
	return &namedTx{Tx: tx, session: s}
}

// repeats reports whether database/sql may send a statement of this driver a second time although the server carried
// out the first: lib/pq returns driver.ErrBadConn even if the statement was sent. pgx does not. Unknown drivers are
// treated like lib/pq.
func repeats(drv dialect.Driver) bool {
	db := database(drv)
	if db == nil {
		return true // A Pinner that does not expose what it sends through.
	}
	t := reflect.TypeOf(db.Driver())
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return !strings.HasPrefix(t.PkgPath(), "github.com/jackc/pgx/")
}

// database returns the pool of ent's driver, even if another driver embeds it, or nil.
func database(drv dialect.Driver) *stdsql.DB {
	for {
		switch d := drv.(type) {
		case *sql.Driver:
			db, _ := d.ExecQuerier.(*stdsql.DB)
			return db
		case nil:
			return nil
		default:
			drv = embedded(drv)
		}
	}
}

// embedded returns the driver that another one embeds, like ent's own DebugDriver, or nil.
func embedded(drv dialect.Driver) dialect.Driver {
	v := reflect.ValueOf(drv)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	f := v.FieldByName("Driver")
	if !f.IsValid() || !f.CanInterface() {
		return nil
	}
	inner, _ := f.Interface().(dialect.Driver)
	return inner
}

// What is known about a server.
const (
	unknown uint32 = iota
	yes
	no
)

// admittedDriver is a driver of a transaction on a server that has not been asked yet whether writes are safe there.
type admittedDriver struct {
	dialect.Driver
	session *Session
}

// Unwrap returns the wrapped driver.
func (d *admittedDriver) Unwrap() dialect.Driver { return d.Driver }

// Exec sends a statement.
func (d *admittedDriver) Exec(ctx context.Context, query string, args, v any) error {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return err
	}
	return d.Driver.Exec(ctx, query, args, v)
}

// Query sends a statement.
func (d *admittedDriver) Query(ctx context.Context, query string, args, v any) error {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return err
	}
	return d.Driver.Query(ctx, query, args, v)
}

// Tx joins the transaction.
func (d *admittedDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return nil, err
	}
	return d.Driver.Tx(ctx)
}

// admit refuses writes through prepared statements on a node of a Galera cluster. A node ends a transaction when
// another node has committed a write to the same rows, and reports error 1213 to the session's next command. If that
// command closes a prepared statement, which has no response, the error is lost: the session goes on in autocommit, and
// the commit succeeds although nothing of the transaction was kept. (Seen with MariaDB 10.11, Galera 26.4 and
// go-sql-driver/mysql 1.10, in about one of thirty such collisions.) Each client asks the server once.
func (s *Session) admit(ctx context.Context, drv dialect.Driver) error {
	if drv.Dialect() != dialect.MySQL || s.admitted.Load() == yes {
		return nil
	}
	galera, err := s.OnGalera(ctx, drv)
	if err != nil {
		return err
	}
	if galera {
		// This query is itself prepared before it is answered, unless the driver writes the argument into its text.
		prepared, err := variable(ctx, drv, "SHOW SESSION STATUS WHERE Variable_name = ?", "Com_stmt_prepare")
		if err != nil {
			return err
		}
		if prepared != "0" && prepared != "" {
			return errPrepared
		}
	}
	s.admitted.Store(yes)
	return nil
}

// errPrepared refuses a write through prepared statements on a Galera cluster.
var errPrepared = errors.New("entocc: nothing was written: this is a node of a Galera cluster, which can lose a transaction of prepared statements " +
	"without an error; add interpolateParams=true to the DSN")

// OnGalera reports whether a client's transaction is on a node of a Galera cluster.
func OnGalera(ctx context.Context, tx dialect.Tx, d string) (bool, error) {
	t, ok := tx.(*namedTx)
	if !ok || d != dialect.MySQL {
		return false, nil
	}
	return t.session.OnGalera(ctx, t)
}

// OnGalera reports whether the server is a node of a Galera cluster.
func (s *Session) OnGalera(ctx context.Context, q dialect.ExecQuerier) (bool, error) {
	if known := s.galera.Load(); known != unknown {
		return known == yes, nil
	}
	on, err := variable(ctx, q, "SHOW VARIABLES LIKE 'wsrep_on'")
	if err != nil {
		return false, err
	}
	if on == "ON" {
		s.galera.Store(yes)
	} else {
		s.galera.Store(no)
	}
	return on == "ON", nil
}

// variable returns the value in a row of name and value, or nothing if there is no row.
func variable(ctx context.Context, q dialect.ExecQuerier, query string, args ...any) (value string, err error) {
	if args == nil {
		args = []any{}
	}
	err = EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		var name string
		return rows.Scan(&name, &value)
	})
	return value, err
}
