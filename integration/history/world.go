package history

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/lib/pq"              // the driver "postgres"
	_ "github.com/mattn/go-sqlite3"    // the driver "sqlite3"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/proxy"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/migrate"
	_ "github.com/entocc/entocc/internal/ent/runtime" // the hooks of the schemas
)

// World is a database that histories are made on.
type World struct {
	// Name is what reports call it: "MariaDB, REPEATABLE READ".
	Name    string
	Dialect string
	// Clients are connected to the nodes through proxies that cut and delay. Pools are the clients' pools.
	Clients []*ent.Client
	Pools   []*sql.DB
	// Sees bypasses all faults of the network. It creates the rows and reads them in the end.
	Sees *ent.Client
	// Lagging says that reads may be of the past, and that verified rows are bumped (Galera).
	Lagging bool
	Faults  []Fault

	// proxies lead to the nodes; the last one leads Sees to the first node.
	proxies []*proxy.Proxy
}

// perNode is how many connections a node gets.
const perNode = 8

// opener opens a pool of connections to an address.
type opener func(addr string) (*sql.DB, error)

// network builds a world whose clients reach each of the nodes through a proxy.
func network(t testing.TB, w *World, to opener, nodes ...string) *World {
	t.Helper()
	for _, node := range nodes {
		p := proxy.Start(t, node)
		w.proxies = append(w.proxies, p)
		pool := open(t, to, p.Addr)
		w.Pools = append(w.Pools, pool)
		w.Clients = append(w.Clients, clientOf(w.Dialect, pool))
		w.Faults = append(w.Faults, proxyFaults(p)...)
	}
	sees := proxy.Start(t, nodes[0])
	w.proxies = append(w.proxies, sees)
	w.Sees = clientOf(w.Dialect, open(t, to, sees.Addr))
	createTables(t, w)
	return w
}

func open(t testing.TB, to opener, addr string) *sql.DB {
	t.Helper()
	pool, err := to(addr)
	require.NoError(t, err, addr)
	pool.SetMaxOpenConns(perNode)
	pool.SetMaxIdleConns(perNode)
	t.Cleanup(func() { _ = pool.Close() }) // Its connection may have been cut.
	return pool
}

func clientOf(name string, pool *sql.DB) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.OpenDB(name, pool)))
}

// migrating is held while ent migrates, because ent writes to the generated package's table variables.
var migrating sync.Mutex

func createTables(t testing.TB, w *World) {
	t.Helper()
	migrating.Lock()
	defer migrating.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, migrate.Create(ctx, w.Sees.Schema, migrate.Tables))
}

// Postgres is a PostgreSQL database at this URL, with the driver "pgx" or "postgres" (lib/pq).
func Postgres(t testing.TB, name, driver, server, level string) *World {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	w := &World{Name: name, Dialect: dialect.Postgres}
	return network(t, w, func(addr string) (*sql.DB, error) {
		u := *u
		u.Host = addr
		params := u.Query()
		params.Set("default_transaction_isolation", level)
		params.Set("connect_timeout", "3")
		u.RawQuery = strings.ReplaceAll(params.Encode(), "+", "%20") // pgx takes + for itself
		return sql.Open(driver, u.String())
	}, u.Host)
}

// MariaDB is a MariaDB database at this DSN. With snapshot it has innodb_snapshot_isolation.
func MariaDB(t testing.TB, name, server string, snapshot bool) *World {
	t.Helper()
	w := &World{Name: name, Dialect: dialect.MySQL}
	cfg := config(t, server, map[string]string{"innodb_snapshot_isolation": map[bool]string{false: "0", true: "1"}[snapshot]})
	return network(t, w, connector(cfg), cfg.Addr)
}

// Galera is a database on the nodes of a cluster.
func Galera(t testing.TB, name string, nodes []string) *World {
	t.Helper()
	w := &World{Name: name, Dialect: dialect.MySQL, Lagging: true}
	var addrs []string
	for _, node := range nodes {
		addrs = append(addrs, config(t, node, nil).Addr)
	}
	cfg := config(t, nodes[0], map[string]string{"wsrep_sync_wait": "7"})
	cfg.InterpolateParams = true
	return network(t, w, connector(cfg), addrs...)
}

func config(t testing.TB, dsn string, params map[string]string) *mysql.Config {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	cfg.Params = params
	cfg.Timeout = 3 * time.Second
	cfg.Logger = &mysql.NopLogger{} // The default logs each connection that was cut.
	return cfg
}

// connector opens pools from a configuration, because a DSN can't have a logger.
func connector(cfg *mysql.Config) opener {
	return func(addr string) (*sql.DB, error) {
		c := cfg.Clone()
		c.Addr = addr
		connector, err := mysql.NewConnector(c)
		if err != nil {
			return nil, err
		}
		return sql.OpenDB(connector), nil
	}
}

// SQLite is a file, with transactions that take the lock when they first write ("deferred") or at once ("immediate").
// There is no network, so the only faults are callers that give up and somebody who keeps the lock.
func SQLite(t testing.TB, name, lock string) *World {
	t.Helper()
	w := &World{Name: name, Dialect: dialect.SQLite}
	params := url.Values{
		"_fk": {"1"}, "_busy_timeout": {"2000"}, "_synchronous": {"OFF"}, "_journal_mode": {"WAL"}, "_txlock": {lock},
	}
	file := filepath.Join(t.TempDir(), "history.db")
	to := func(file string) (*sql.DB, error) { return sql.Open("sqlite3", "file:"+file+"?"+params.Encode()) }
	pool, other := open(t, to, file), open(t, to, file)
	w.Pools, w.Clients, w.Sees = []*sql.DB{pool}, []*ent.Client{clientOf(w.Dialect, pool)}, clientOf(w.Dialect, other)
	createTables(t, w)
	w.Faults = []Fault{{Name: "the lock is kept", Weight: 1, Do: func(ctx context.Context, rnd *rand.Rand) error {
		conn, err := other.Conn(ctx)
		if err != nil {
			return errNotNow
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return errNotNow
		}
		pause(ctx, time.Duration(rnd.IntN(40))*time.Millisecond)
		_, err = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}}}
	return w
}

// proxyFaults returns the faults of a network.
func proxyFaults(p *proxy.Proxy) []Fault {
	cut := func(direction proxy.Direction) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, rnd *rand.Rand) error {
			p.CutAfter(direction, rnd.IntN(600))
			pause(ctx, 20*time.Millisecond)
			p.Pass()
			return nil
		}
	}
	at := func(do func()) func(context.Context, *rand.Rand) error {
		return func(context.Context, *rand.Rand) error { do(); return nil }
	}
	return []Fault{
		{Name: "an answer is cut", Weight: 6, Do: cut(proxy.Answers)},
		{Name: "a request is cut", Weight: 6, Do: cut(proxy.Requests)},
		{Name: "all connections end", Weight: 3, Do: at(p.Break)},
		{Name: "the clients' side is half-closed", Weight: 3, Do: at(p.HalfClose)},
		{Name: "the network is slow", Weight: 2, Do: holding(20*time.Millisecond, 150*time.Millisecond,
			func() { p.Delay(3 * time.Millisecond) }, func() { p.Delay(0) })},
		{Name: "the network is partitioned", Weight: 2, Do: holding(20*time.Millisecond, 400*time.Millisecond, p.Partition, p.Heal)},
	}
}
