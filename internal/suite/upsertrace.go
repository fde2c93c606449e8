package suite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
)

func upsertRaceScenarios() []scenario {
	return []scenario{
		{name: "Upsert/IfNewerOfManyDeliverers", run: manyDeliver(1)},
		{name: "Upsert/BulkIfNewerOfManyDeliverers", run: manyDeliver(4)},
		{name: "Upsert/BulkIfVersionOfManyWriters", run: manyUpsert},
	}
}

// delivery is one version of a row, and what became of it. The times come from a clock that all goroutines share.
type delivery struct {
	mail       string
	version    int64
	begun, end int64
	written    bool
}

// manyDeliver has 16 goroutines deliver the versions of a few rows, n at once, in no order and some of them twice.
func manyDeliver(n int) func(*Scene) {
	return func(s *Scene) {
		const goroutines = 16
		versions := 200 / n
		mails := []string{s.key(), s.key(), s.key()}
		var all []*delivery
		for _, mail := range mails {
			for v := range versions {
				all = append(all, &delivery{mail: mail, version: int64(v + 1)})
				if v%5 == 0 {
					all = append(all, &delivery{mail: mail, version: int64(v + 1)})
				}
			}
		}
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var clock atomic.Int64
		together(goroutines, func(g int) {
			client := s.Client
			if g%2 == 1 {
				client = s.Other
			}
			var own []*delivery
			for i := g; i < len(all); i += goroutines {
				own = append(own, all[i])
			}
			for len(own) > 0 {
				some := own[:min(n, len(own))]
				own = own[len(some):]
				deliver(s, client, &clock, some)
			}
		})
		s.catchUp()
		for _, mail := range mails {
			u := s.Client.User.Query().Where(user.Email(mail)).OnlyX(s.ctx)
			assert.EqualValues(s, versions, u.Version)
			assert.Equal(s, fmt.Sprint("delivered ", versions), u.Name)
			s.inOrder(all, mail)
		}
	}
}

// deliver delivers one version, or several at once, until the database accepts the statement. All deliveries have their
// rows in the same order. Otherwise they would deadlock, which PostgreSQL takes a second to notice.
func deliver(s *Scene, client *ent.Client, clock *atomic.Int64, some []*delivery) {
	slices.SortStableFunc(some, func(a, b *delivery) int { return strings.Compare(a.mail, b.mail) })
	err := entocc.Retry(s.ctx, func(ctx context.Context) error {
		for _, d := range some {
			d.begun = clock.Add(1)
		}
		fill := func(c *ent.UserCreate, i int) {
			c.SetName(fmt.Sprint("delivered ", some[i].version)).SetEmail(some[i].mail).SetVersion(some[i].version)
		}
		if len(some) > 1 {
			return client.User.MapCreateBulk(some, fill).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(ctx)
		}
		create := client.User.Create()
		fill(create, 0)
		return create.OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer(some[0].version).Exec(ctx)
	}, entocc.Attempts(0))
	late := make(map[int]bool)
	var bulk *entocc.BulkNotNewerError
	switch {
	case errors.As(err, &bulk):
		for _, i := range bulk.Indexes {
			late[i] = true
		}
	case entocc.IsNotNewer(err):
		late[0] = true
	case !assert.NoError(s, err):
		return
	}
	for i, d := range some {
		d.end, d.written = clock.Add(1), !late[i]
	}
}

// inOrder requires that each written delivery is newer than all that were written before it began. Each refused
// delivery must be no newer than one that was written before it ended.
func (s *Scene) inOrder(all []*delivery, mail string) {
	s.Helper()
	var written []*delivery
	for _, d := range all {
		if d.mail == mail && d.written {
			written = append(written, d)
		}
	}
	for _, d := range all {
		if d.mail != mail {
			continue
		}
		later := false
		for _, w := range written {
			if w == d {
				continue
			}
			if d.written {
				assert.False(s, w.end < d.begun && w.version >= d.version, "version %d was written over %d", d.version, w.version)
				assert.NotEqual(s, w.version, d.version, "one version was written twice")
			}
			later = later || w.begun < d.end && w.version >= d.version
		}
		assert.True(s, d.written || later, "version %d was refused, though no later one was written before", d.version)
	}
}

// manyUpsert has many goroutines increment rows, several at once, each from what it has read: a lost update loses an increment.
func manyUpsert(s *Scene) {
	const rows, writers, counts = 4, 8, 10
	mails := make([]string, rows)
	for i := range mails {
		mails[i] = s.key()
		done(s, s.onMail(mails[i], "0"))
	}
	together(writers, func(g int) {
		client := s.Client
		if g%2 == 1 {
			client = s.Other
		}
		for range counts {
			assert.NoError(s, entocc.Retry(s.ctx, func(context.Context) error { return countUp(s, client, mails) }, entocc.Attempts(0)))
		}
	})
	s.catchUp()
	for _, mail := range mails {
		u := s.Client.User.Query().Where(user.Email(mail)).OnlyX(s.ctx)
		assert.EqualValues(s, writers*counts+1, u.Version)
		assert.Equal(s, strconv.Itoa(writers*counts), u.Name)
	}
}

// countUp adds 1 to the number in the name of each row.
func countUp(s *Scene, client *ent.Client, mails []string) error {
	users, err := client.User.Query().Where(user.EmailIn(mails...)).Order(user.ByEmail()).All(s.ctx)
	if err != nil {
		return err
	}
	if len(users) != len(mails) { // READ UNCOMMITTED may miss a row whose index entry is just being written.
		return countUp(s, client, mails)
	}
	versions := make([]int64, len(users))
	builders := make([]*ent.UserCreate, len(users))
	for i, u := range users {
		n, err := strconv.Atoi(u.Name)
		if err != nil {
			return err
		}
		versions[i] = u.Version
		builders[i] = client.User.Create().SetName(strconv.Itoa(n + 1)).SetEmail(*u.Email)
	}
	return client.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(versions...).Exec(s.ctx)
}
