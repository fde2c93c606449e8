package suite

import (
	"context"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/group"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func statementScenarios() []scenario {
	return []scenario{
		{name: "Statements/NotOneMoreThanEnt", run: notOneStatementMoreThanEnt},
		{name: "Statements/EdgesAloneTakeTheGuardedUpdateMore", run: edgesAloneTakeOneStatementMore},
		{name: "Statements/OneRowIsOneStatement", run: oneRowIsOneStatement, left: func(db DB) string {
			if db.Traits.Nodes {
				return "on a cluster each write is a transaction of the driver, whose commit is verified"
			}
			return ""
		}},
		{name: "Statements/UpdateCarriesTheGuard", run: updateCarriesTheGuard},
		{name: "Statements/GuardIsNotDecidedBySelect", run: guardIsNotDecidedBySelect},
		{name: "Statements/BuilderQueriesNothing", run: builderQueriesNothing},
	}
}

// call is a row of the table of calls: the same work on User, which has a version, and on Group, which does not.
type call struct {
	name      string
	versioned func(u *ent.User) error
	ent       func(g *ent.Group) error
}

func (s *Scene) calls() []call {
	c, ctx := s.Client, s.ctx
	userOf := func(g *ent.Group) *ent.User { return s.user("member of " + g.Name) }
	newGroup := func() *ent.Group { return saved(s, c.Group.Create().SetName("g")) }
	return []call{
		{name: "Create", versioned: func(*ent.User) error { return c.User.Create().SetName("n").Exec(ctx) }, ent: func(*ent.Group) error { return c.Group.Create().SetName("n").Exec(ctx) }},
		{
			name: "CreateBulk",
			versioned: func(*ent.User) error {
				return c.User.CreateBulk(c.User.Create().SetName("n"), c.User.Create().SetName("n")).Exec(ctx)
			},
			ent: func(*ent.Group) error {
				return c.Group.CreateBulk(c.Group.Create().SetName("n"), c.Group.Create().SetName("n")).Exec(ctx)
			},
		},
		{name: "UpdateOne", versioned: func(u *ent.User) error { return u.Update().SetName("n").Exec(ctx) }, ent: func(g *ent.Group) error { return g.Update().SetName("n").Exec(ctx) }},
		{name: "UpdateOneID.IfVersion", versioned: func(u *ent.User) error { return c.User.UpdateOneID(u.ID).IfVersion(1).SetName("n").Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.UpdateOneID(g.ID).SetName("n").Exec(ctx) }},
		{name: "UpdateOneID.IfVersionIn", versioned: func(u *ent.User) error { return c.User.UpdateOneID(u.ID).IfVersionIn(2, 1).SetName("n").Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.UpdateOneID(g.ID).SetName("n").Exec(ctx) }},
		{name: "UpdateOneID.IgnoreVersion", versioned: func(u *ent.User) error { return c.User.UpdateOneID(u.ID).IgnoreVersion().SetName("n").Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.UpdateOneID(g.ID).SetName("n").Exec(ctx) }},
		{name: "UpdateOne of nothing", versioned: func(u *ent.User) error { return u.Update().Exec(ctx) }, ent: func(g *ent.Group) error { return g.Update().Exec(ctx) }},
		{name: "UpdateOne of nothing, IfVersion", versioned: func(u *ent.User) error { return u.Update().IfVersion(1).Exec(ctx) }, ent: func(g *ent.Group) error { return g.Update().Exec(ctx) }},
		{name: "UpdateOne.Modify", versioned: func(u *ent.User) error { return u.Update().Modify(rename).Exec(ctx) }, ent: func(g *ent.Group) error { return g.Update().Modify(rename).Exec(ctx) }},
		{name: "Update", versioned: func(u *ent.User) error { return c.User.Update().Where(byID(u.ID)).SetName("n").Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.Update().Where(group.ID(g.ID)).SetName("n").Exec(ctx) }},
		{name: "DeleteOne", versioned: func(u *ent.User) error { return c.User.DeleteOne(u).Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.DeleteOne(g).Exec(ctx) }},
		{name: "DeleteOneID.IfVersion", versioned: func(u *ent.User) error { return c.User.DeleteOneID(u.ID).IfVersion(1).Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.DeleteOneID(g.ID).Exec(ctx) }},
		{name: "DeleteOneID.IgnoreVersion", versioned: func(u *ent.User) error { return c.User.DeleteOneID(u.ID).IgnoreVersion().Exec(ctx) }, ent: func(g *ent.Group) error { return c.Group.DeleteOneID(g.ID).Exec(ctx) }},
		{name: "Delete", versioned: func(u *ent.User) error { return exec(ctx, c.User.Delete().Where(byID(u.ID))) }, ent: func(g *ent.Group) error { return exec(ctx, c.Group.Delete().Where(group.ID(g.ID))) }},
		{
			name: "upsert",
			versioned: func(u *ent.User) error {
				return c.User.Create().SetName("n").SetEmail(*u.Email).OnConflictColumns("email").UpdateNewValues().Exec(ctx)
			},
			ent: func(*ent.Group) error {
				return c.Group.Create().SetName("n").OnConflictColumns("id").UpdateNewValues().Exec(ctx)
			},
		},
		{
			name: "bulk upsert",
			versioned: func(u *ent.User) error {
				return c.User.CreateBulk(c.User.Create().SetName("n").SetEmail(*u.Email)).OnConflictColumns("email").UpdateNewValues().Exec(ctx)
			},
			ent: func(*ent.Group) error {
				return c.Group.CreateBulk(c.Group.Create().SetName("n")).OnConflictColumns("id").UpdateNewValues().Exec(ctx)
			},
		},
		{
			name:      "UpdateOne of fields and edges",
			versioned: func(u *ent.User) error { return s.counted(u.Update().SetName("n").AddGroups(newGroup())) },
			ent:       func(g *ent.Group) error { return s.counted(g.Update().SetName("n").AddUsers(userOf(g))) },
		},
		{
			name: "Update of fields and edges",
			versioned: func(u *ent.User) error {
				return s.counted(c.User.Update().Where(byID(u.ID)).SetName("n").AddGroups(newGroup()))
			},
			ent: func(g *ent.Group) error {
				return s.counted(c.Group.Update().Where(group.ID(g.ID)).SetName("n").AddUsers(userOf(g)))
			},
		},
		{
			name:      "Create with edges",
			versioned: func(*ent.User) error { return s.counted(c.User.Create().SetName("n").AddGroups(newGroup())) },
			ent:       func(g *ent.Group) error { return s.counted(c.Group.Create().SetName("n").AddUsers(userOf(g))) },
		},
	}
}

func rename(u *sql.UpdateBuilder) { u.Set("name", "n") }

// exec runs a set-based delete and drops the count.
func exec(ctx context.Context, b interface {
	Exec(ctx context.Context) (int, error)
},
) error {
	_, err := b.Exec(ctx)
	return err
}

// counted executes a builder whose edges need their own statements.
func (s *Scene) counted(b interface {
	Exec(ctx context.Context) error
},
) error {
	s.Sent.Reset()
	return b.Exec(s.ctx)
}

func notOneStatementMoreThanEnt(s *Scene) {
	s.acquaint()
	for _, call := range s.calls() {
		u := saved(s, s.Client.User.Create().SetName("u").SetEmail(s.key()))
		g := saved(s, s.Client.Group.Create().SetName("g"))
		s.Sent.Reset()
		require.NoError(s, call.ent(g), call.name)
		ents := s.Sent.Sent()
		s.Sent.Reset()
		require.NoError(s, call.versioned(u), call.name)
		ours := s.Sent.Sent()
		assert.LessOrEqual(s, len(ours), len(ents), "%s sends %q, ent %q", call.name, ours, ents)
	}
}

// acquaint lets the client ask the server what it asks only once: whether a MariaDB is a node of a cluster and whether
// it takes compound statements.
func (s *Scene) acquaint() {
	s.Helper()
	saved(s, s.user("first").Update().SetName("known"))
	saved(s, saved(s, s.Client.Group.Create().SetName("first")).Update().AddUsers(s.user("first")))
}

// ent writes edges without an UPDATE of their owner (F5). The guard needs one, and it writes the bump.
func edgesAloneTakeOneStatementMore(s *Scene) {
	u, g := s.user("u"), saved(s, s.Client.Group.Create().SetName("g"))
	s.acquaint()
	s.Sent.Reset()
	saved(s, g.Update().AddUsers(u))
	ents := s.Sent.Sent()
	g = saved(s, s.Client.Group.Create().SetName("g"))
	s.Sent.Reset()
	saved(s, u.Update().AddGroups(g))
	assert.Len(s, s.Sent.Sent(), len(ents)+1, "%q", s.Sent.Sent())
}

// On MariaDB the one statement begins a transaction, and COMMIT follows. An append is a modifier, and a modifier's SQL
// does not go into such a statement.
func oneRowIsOneStatement(s *Scene) {
	compounds := s.db.Dialect == dialect.MySQL
	s.acquaint()
	u, l := s.user("before"), s.like()
	m := saved(s, s.Client.Pet.Create().SetName("rex"))
	s.Sent.Reset()
	u = saved(s, u.Update().SetName("a").AddAge(1).ClearEmail())
	partly := u.Update().SetSettings(map[string]string{"a": "b"}).Select("name")
	if !compounds {
		partly.AppendLabels([]string{"x"})
	}
	u = saved(s, partly)
	u = saved(s, s.Client.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("b"))
	u = saved(s, s.Client.User.UpdateOneID(u.ID).IfVersionIn(u.Version, 9).SetName("c"))
	u = saved(s, s.Client.User.UpdateOneID(u.ID).IgnoreVersion().SetName("d"))
	u = saved(s, u.Update().ForceIncrement())
	saved(s, l.Update().SetMood("glad"))
	saved(s, m.Update().SetOwner(u))
	commits := 0
	for _, query := range s.Sent.Sent() {
		if compounds && query == "COMMIT" {
			commits++
			continue
		}
		assert.Equal(s, "UPDATE", verb(query), query)
	}
	assert.Len(s, s.Sent.Sent(), 8+commits, "%q", s.Sent.Sent())
	assert.Equal(s, map[bool]int{true: 8}[compounds], commits)
}

func updateCarriesTheGuard(s *Scene) {
	u := s.user("before")
	s.Sent.Reset()
	saved(s, u.Update().SetName("after"))
	writes := s.Sent.Writes()
	require.Len(s, writes, 1)
	_, where, ok := strings.Cut(writes[0], " WHERE ")
	require.True(s, ok)
	assert.Contains(s, where, "version")
}

func guardIsNotDecidedBySelect(s *Scene) {
	u, p := s.user("before"), s.pet("rex")
	s.Sent.Reset()
	saved(s, u.Update().SetName("after").AddPets(p))
	for _, query := range s.Sent.Sent() {
		if strings.HasPrefix(query, "UPDATE ") {
			return
		}
		assert.Equal(s, "BEGIN", query)
	}
}

func builderQueriesNothing(s *Scene) {
	u := s.user("before")
	s.Sent.Reset()
	u.Update().SetName("unsent")
	u.Delete().IfVersion(1)
	s.Client.User.UpdateOne(u).IfVersionIn(1, 2)
	s.Client.User.UpdateOneID(u.ID).IfVersion(1)
	s.Client.User.DeleteOneID(u.ID).IfVersion(1)
	assert.Empty(s, s.Sent.Sent())
}
