package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/graphql/ent"
)

// duration is how long the load test runs:
//
//	go test -run TestLoad -v ./examples/graphql -load 30s
var duration = flag.Duration("load", time.Second, "how long the load test runs")

const (
	loadClients = 16
	loadRows    = 50
)

// Each success must have its own version, and be in the database in the end.
func TestLoad_EverySuccessIsInTheDatabase(t *testing.T) {
	a := start(t)
	var rows []*ent.Todo
	for i := range loadRows {
		rows = append(rows, a.todo(fmt.Sprint("todo ", i)))
	}
	l := &load{app: a, won: make(map[int]map[string]int)}
	ctx, cancel := context.WithTimeout(t.Context(), *duration)
	defer cancel()
	transport := &http.Transport{MaxIdleConnsPerHost: loadClients}
	defer transport.CloseIdleConnections()
	var clients sync.WaitGroup
	for i := range loadClients {
		client := graphql.NewClient(a.url+"/query", &http.Client{Transport: userTransport{fmt.Sprint("user", i), transport}})
		clients.Go(func() {
			for ctx.Err() == nil {
				l.raise(&user{a, client}, rows[rand.IntN(loadRows)].ID)
			}
		})
	}
	clients.Wait()

	for _, row := range rows {
		stored, won := a.stored(row), l.won[row.ID]
		assert.EqualValues(t, len(won)+1, stored.Version, row.Text)
		assert.Equal(t, len(won), stored.Priority, "%s: an update is lost", row.Text)
		for version, times := range won {
			assert.Equal(t, 1, times, "%s: version %s", row.Text, version)
		}
	}
	t.Logf("%d successes, %d conflicts in %v", l.successes, l.conflicts, *duration)
	assert.Positive(t, l.successes)
}

// load is what the clients saw.
type load struct {
	*app

	mu                   sync.Mutex
	won                  map[int]map[string]int // rows, and how often each of their versions was won
	successes, conflicts int
}

const raisePriority = `mutation($id: ID!, $v: Version!, $p: Int!) { updateTodo(id: $id, expectedVersion: $v, input: {priority: $p}) { version } }`

// raise reads a todo, and raises its priority by one.
func (l *load) raise(u *user, id int) {
	var seen struct {
		Node struct {
			Version  string
			Priority int
		}
	}
	var saved struct{ UpdateTodo struct{ Version string } }
	if errs := u.ask(getTodo, vars{"id": id}, &seen); !assert.Empty(l, errs) {
		return
	}
	errs := u.ask(raisePriority, vars{"id": id, "v": seen.Node.Version, "p": seen.Node.Priority + 1}, &saved)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(errs) > 0 {
		assert.Equal(l, "CONFLICT", errs[0].Extensions["code"], errs[0].Message)
		l.conflicts++
		return
	}
	l.successes++
	if l.won[id] == nil {
		l.won[id] = make(map[string]int)
	}
	l.won[id][saved.UpdateTodo.Version]++
}
