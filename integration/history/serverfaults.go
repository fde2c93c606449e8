package history

import (
	"context"
	"math/rand/v2"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
)

// doing does something to a server, and after a while something else.
func doing(s *servers.Private, least, most time.Duration, first, then []string) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, rnd *rand.Rand) error {
		if err := s.Do(first...); err != nil {
			return err
		}
		pause(ctx, least+time.Duration(rnd.Int64N(int64(most-least))))
		return s.Do(then...)
	}
}

// killed returns the faults of a single server.
func killed(s *servers.Private) []Fault {
	return []Fault{
		{Name: "the server is killed and started again", Weight: 3, Do: doing(s, 10*time.Millisecond, 200*time.Millisecond, []string{"kill"}, []string{"start"})},
		{Name: "the server is paused", Weight: 4, Do: doing(s, 50*time.Millisecond, 800*time.Millisecond, []string{"pause"}, []string{"resume"})},
	}
}

// PrivatePostgres is a PostgreSQL server that is killed and paused.
func PrivatePostgres(t testing.TB, name, driver, level string) *World {
	t.Helper()
	s := servers.StartPrivate(t, "postgres")
	w := Postgres(t, name, driver, s.PostgresURL(false), level)
	w.Faults = append(w.Faults, killed(s)...)
	return w
}

// PrivateMariaDB is a MariaDB server that is killed and paused.
func PrivateMariaDB(t testing.TB, name string, snapshot bool) *World {
	t.Helper()
	s := servers.StartPrivate(t, "mariadb")
	w := MariaDB(t, name, s.MySQLDSNs()[0], snapshot)
	w.Faults = append(w.Faults, killed(s)...)
	return w
}

// PrivateGalera is a cluster. All nodes but the first are killed, paused and cut off from the group, and join again.
// The final reads come from the first, once all are together again.
func PrivateGalera(t testing.TB, name string) *World {
	t.Helper()
	s := servers.StartPrivate(t, "galera")
	require.NoError(t, s.Do("impatient"))
	w := Galera(t, name, s.MySQLDSNs())
	w.Faults = append(w.Faults,
		Fault{Name: "a node is killed and joins again", Weight: 2, Do: onNode(s, 100*time.Millisecond, 2*time.Second, "kill", "without", "join")},
		Fault{Name: "a node is paused", Weight: 4, Do: onNode(s, 100*time.Millisecond, 4*time.Second, "pause", "resume")},
		Fault{Name: "a node is cut off from the group", Weight: 4, Do: onNode(s, 500*time.Millisecond, 8*time.Second, "isolate", "connect")},
	)
	return w
}

func onNode(s *servers.Private, least, most time.Duration, first string, then ...string) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, rnd *rand.Rand) error {
		node := strconv.Itoa(2 + rnd.IntN(2))
		if err := s.Do(first, node); err != nil {
			return err
		}
		pause(ctx, least+time.Duration(rnd.Int64N(int64(most-least))))
		// In the end the node has caught up, and one that was killed gets its settings again.
		for _, verb := range append(then, "connect", "impatient") {
			if err := s.Do(verb, node); err != nil {
				return err
			}
		}
		return nil
	}
}

// Promoted is a PostgreSQL primary with a synchronous standby. In the end the primary dies, the standby is promoted,
// and the clients are redirected to it.
func Promoted(t testing.TB, name, driver, level string) *World {
	t.Helper()
	s := servers.StartPrivate(t, "postgres")
	require.NoError(t, s.Do("synchronous"))
	w := Postgres(t, name, driver, s.PostgresURL(false), level)
	standby, err := url.Parse(s.PostgresURL(true))
	require.NoError(t, err)
	over := false
	w.Faults = append(w.Faults, Fault{Name: "the primary dies, and its standby is promoted", Weight: 30, Do: func(context.Context, *rand.Rand) error {
		if over {
			return errNotNow
		}
		over = true
		for _, verb := range []string{"kill", "promote"} {
			if err := s.Do(verb); err != nil {
				return err
			}
		}
		for _, p := range w.proxies {
			p.Retarget(standby.Host)
		}
		return nil
	}})
	return w
}
