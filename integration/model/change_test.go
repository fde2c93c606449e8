package model_test

import (
	"errors"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// change is what a write does to a row.
type change struct {
	kind  string
	name  string
	force bool
}

// draw draws a change: of a field, of one that Ignore names, of both, an addition, or nothing at all.
func (m *machine) draw(t *rapid.T) change {
	return change{
		kind:  rapid.SampledFrom([]string{"name", "name", "visits", "both", "add", "nothing"}).Draw(t, "change"),
		name:  m.name(),
		force: rapid.IntRange(0, 5).Draw(t, "force") == 0,
	}
}

// on makes the change with a builder.
func (c change) on(u *ent.UserUpdateOne) *ent.UserUpdateOne {
	switch c.kind {
	case "name":
		u.SetName(c.name)
	case "visits":
		u.SetVisits([]string{c.name})
	case "both":
		u.SetName(c.name).SetVisits([]string{c.name})
	case "add":
		u.AddAge(1)
	}
	if c.force {
		u.ForceIncrement()
	}
	return u
}

// bumps reports whether the change bumps the version.
func (c change) bumps() bool {
	return c.force || c.kind == "name" || c.kind == "both" || c.kind == "add"
}

// writes reports whether there is a statement.
func (c change) writes() bool { return c.force || c.kind != "nothing" }

// to returns the row after the change.
func (c change) to(r row) row {
	switch c.kind {
	case "name":
		r.name = c.name
	case "visits":
		r.visits = c.name
	case "both":
		r.name, r.visits = c.name, c.name
	case "add":
		r.age++
	}
	if c.bumps() {
		r.version++
	}
	return r
}

// refused requires a conflict with a row that has changed or is gone.
func (m *machine) refused(t *rapid.T, err error, id int) {
	require.True(t, ent.IsRecordModified(err), "%v", err)
	var modified *entocc.RecordModifiedError
	require.True(t, errors.As(err, &modified))
	now, there := m.rows[id]
	require.Equal(t, !there, modified.Deleted)
	require.Equal(t, !there, ent.IsNotFound(err))
	require.Equal(t, id, modified.ID)
	if there {
		require.Equal(t, now.version, modified.Actual)
	}
	require.True(t, entocc.IsRetryable(err))
	require.False(t, entocc.IsOutcomeUnknown(err))
}

// outcome compares the answer of a guarded write with the reference.
func (m *machine) outcome(t *rapid.T, id int, c change, matches bool, u *ent.User, err error) {
	now, there := m.rows[id]
	if !there || !matches {
		m.refused(t, err, id)
		return
	}
	require.NoError(t, err)
	m.rows[id] = c.to(now)
	m.keep(t, u)
}

func (m *machine) save(t *rapid.T) {
	h, c := m.any(t), m.draw(t)
	u, err := c.on(m.client.User.UpdateOne(h.entity)).Save(m.ctx)
	now, there := m.rows[h.entity.ID]
	if !c.writes() {
		m.read(t, there, u, err)
		return
	}
	m.outcome(t, h.entity.ID, c, now.version == h.row.version, u, err)
	require.Equal(t, h.row, rowOf(h.entity), "a save never changes the caller's entity")
}

// read checks the answer of a save that changes nothing: it compares no version, and returns the current row.
func (m *machine) read(t *rapid.T, there bool, u *ent.User, err error) {
	if !there {
		require.True(t, ent.IsNotFound(err), "%v", err)
		return
	}
	require.NoError(t, err)
	m.keep(t, u)
}

func (m *machine) saveByID(t *rapid.T) {
	id, c := m.id(t), m.draw(t)
	a, b := m.version(t, id), m.version(t, id)
	builder := c.on(m.client.User.UpdateOneID(id))
	switch rapid.SampledFrom([]string{"IfVersion", "IfVersionIn", "IgnoreVersion", "none"}).Draw(t, "by") {
	case "IfVersion":
		u, err := builder.IfVersion(a).Save(m.ctx)
		m.outcome(t, id, c, a == m.rows[id].version, u, err)
	case "IfVersionIn":
		u, err := builder.IfVersionIn(a, b).Save(m.ctx)
		m.outcome(t, id, c, a == m.rows[id].version || b == m.rows[id].version, u, err)
	case "IgnoreVersion":
		u, err := builder.IgnoreVersion().Save(m.ctx)
		if _, there := m.rows[id]; !there {
			require.True(t, ent.IsNotFound(err), "%v", err)
			return
		}
		m.outcome(t, id, c, true, u, err)
	default:
		require.True(t, ent.IsVersionError(builder.Exec(m.ctx)))
	}
}
