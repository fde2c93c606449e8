package suite

import (
	"context"

	entgo "entgo.io/ent"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
)

// A delete that a soft-delete hook turns into an update runs the client's hooks twice: around the delete, and within it
// around the update. Conflicts must be reported correctly anyway.
func softDeleteScenarios() []scenario {
	return []scenario{
		{name: "SoftDelete/StaysSoftWhenResolved", run: softDeleteStaysSoftWhenResolved},
		{name: "SoftDelete/ResolverIsAskedInRounds", run: softDeleteResolverIsAskedInRounds},
		{name: "SoftDelete/IsOneConflict", run: softDeleteIsOneConflict},
	}
}

func softDeleteStaysSoftWhenResolved(s *Scene) {
	s.Client.Note.Use(hook.OnModified(hook.ClientWins()))
	n := saved(s, s.Client.Note.Create().SetText("before"))
	saved(s, n.Update().SetText("theirs"))
	done(s, n.Delete())
	_, err := s.Client.Note.Get(s.ctx, n.ID)
	assert.True(s, ent.IsNotFound(err))
	assert.EqualValues(s, 3, s.version("notes", n.ID), "the row is kept")
}

func softDeleteResolverIsAskedInRounds(s *Scene) {
	asked := 0
	n := saved(s, s.Client.Note.Create().SetText("before"))
	s.Client.Note.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entgo.Value, error) {
		asked++
		if asked <= 3 { // A third writer, until the rounds are over.
			saved(s, s.Other.Note.UpdateOneID(n.ID).IgnoreVersion().SetText("theirs"))
		}
		return c.Save(ctx)
	}))
	saved(s, s.Other.Note.UpdateOneID(n.ID).IgnoreVersion().SetText("theirs"))
	s.conflict(n.Delete().Exec(s.ctx))
	assert.Equal(s, 3, asked)
	assert.EqualValues(s, 5, s.version("notes", n.ID), "the row is kept")
}

func softDeleteIsOneConflict(s *Scene) {
	tally := new(hook.Tally)
	s.Client.Use(tally.Hook())
	n := saved(s, s.Client.Note.Create().SetText("before"))
	saved(s, n.Update().SetText("theirs"))
	s.conflict(n.Delete().Exec(s.ctx))
	assert.EqualValues(s, 1, tally.Counts()[ent.TypeNote])
}
