package model_test

import (
	"errors"

	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

func (m *machine) setBased(t *rapid.T) {
	least := rapid.IntRange(0, 2).Draw(t, "age")
	n, err := m.client.User.Update().Where(user.AgeGTE(least)).AddAge(1).Save(m.ctx)
	require.NoError(t, err)
	for id, r := range m.rows {
		if r.age >= least {
			r.age, r.version = r.age+1, r.version+1
			m.rows[id] = r
			n--
		}
	}
	require.Zero(t, n, "number of rows")
}

func (m *machine) delete(t *rapid.T) {
	h := m.any(t)
	err := m.client.User.DeleteOne(h.entity).Exec(m.ctx)
	m.deleted(t, h.entity.ID, m.rows[h.entity.ID].version == h.row.version, err)
}

func (m *machine) deleted(t *rapid.T, id int, matches bool, err error) {
	if _, there := m.rows[id]; !there || !matches {
		m.refused(t, err, id)
		return
	}
	require.NoError(t, err)
	delete(m.rows, id)
}

func (m *machine) deleteByID(t *rapid.T) {
	id := m.id(t)
	v := m.version(t, id)
	d := m.client.User.DeleteOneID(id)
	switch rapid.SampledFrom([]string{"IfVersion", "IgnoreVersion", "none"}).Draw(t, "by") {
	case "IfVersion":
		m.deleted(t, id, v == m.rows[id].version, d.IfVersion(v).Exec(m.ctx))
	case "IgnoreVersion":
		err := d.IgnoreVersion().Exec(m.ctx)
		if _, there := m.rows[id]; !there {
			require.True(t, ent.IsNotFound(err), "%v", err)
			return
		}
		m.deleted(t, id, true, err)
	default:
		require.True(t, ent.IsVersionError(d.Exec(m.ctx)))
	}
}

func (m *machine) deleteMany(t *rapid.T) {
	least := rapid.IntRange(2, 4).Draw(t, "age")
	n, err := m.client.User.Delete().Where(user.AgeGTE(least)).Exec(m.ctx)
	require.NoError(t, err)
	for id, r := range m.rows {
		if r.age >= least {
			delete(m.rows, id)
			n--
		}
	}
	require.Zero(t, n, "number of rows")
}

func (m *machine) modify(t *rapid.T) {
	id, c := m.id(t), m.draw(t)
	u, err := m.client.User.Modify(m.ctx, id, func(_ *ent.User, up *ent.UserUpdateOne) error { c.on(up); return nil })
	if _, there := m.rows[id]; !there {
		require.True(t, ent.IsNotFound(err), "%v", err)
		return
	}
	m.outcome(t, id, c, true, u, err)
}

func (m *machine) upsert(t *rapid.T) {
	id := m.id(t)
	email, name := "a@example.com", m.name()
	if _, there := m.rows[id]; there {
		email = "b@example.com"
		// The row gets the email, whoever has it now, by a shadow save, which bumps no version.
		quiet := entocc.SkipIncrement(m.ctx)
		require.NoError(t, m.client.User.Update().Where(user.Email(email)).ClearEmail().Exec(quiet))
		require.NoError(t, m.client.User.UpdateOneID(id).IgnoreVersion().SetEmail(email).Exec(quiet))
	} else {
		require.NoError(t, m.client.User.Update().Where(user.Email(email)).ClearEmail().Exec(entocc.SkipIncrement(m.ctx)))
	}
	got, err := m.client.User.Create().SetName(name).SetEmail(email).
		OnConflict(sql.ConflictColumns(user.FieldEmail)).Update(func(u *ent.UserUpsert) { u.UpdateName() }).ID(m.ctx)
	require.NoError(t, err)
	if r, there := m.rows[id]; there {
		require.Equal(t, id, got)
		m.rows[id] = row{version: r.version + 1, name: name, age: r.age, visits: r.visits}
		return
	}
	m.rows[got] = row{version: 1, name: name}
}

// some draws held entities of different rows.
func (m *machine) some(t *rapid.T) []held {
	var all []held
	used := make(map[int]bool)
	for range rapid.IntRange(1, 4).Draw(t, "rows") {
		if h := m.any(t); !used[h.entity.ID] {
			used[h.entity.ID] = true
			all = append(all, h)
		}
	}
	return all
}

func (m *machine) updateBulk(t *rapid.T) {
	all, skip := m.some(t), rapid.Bool().Draw(t, "SkipModified")
	var builders []*ent.UserUpdateOne
	changes := make(map[int]change)
	stale := make(map[int]bool)
	for _, h := range all {
		c := m.draw(t)
		if !c.writes() {
			c.kind = "name" // With nothing to write nothing is compared, and the error is another one.
		}
		changes[h.entity.ID] = c
		now, there := m.rows[h.entity.ID]
		stale[h.entity.ID] = !there || now.version != h.row.version
		builders = append(builders, c.on(m.client.User.UpdateOne(h.entity)))
	}
	bulk := m.client.User.UpdateBulk(builders...)
	if skip {
		bulk = bulk.SkipModified()
	}
	saved, err := bulk.Save(m.ctx)
	conflicts := m.conflicts(t, err, stale)
	if conflicts > 0 && !skip {
		require.Empty(t, saved, "all or nothing")
		return
	}
	require.Len(t, saved, len(all)-conflicts)
	for _, u := range saved {
		m.rows[u.ID] = changes[u.ID].to(m.rows[u.ID])
		m.keep(t, u)
	}
}

// conflicts requires the error to name each row that is stale, and no other.
func (m *machine) conflicts(t *rapid.T, err error, stale map[int]bool) int {
	wanted := make(map[any]bool)
	for id, is := range stale {
		if is {
			wanted[id] = true
		}
	}
	if len(wanted) == 0 {
		require.NoError(t, err)
		return 0
	}
	var bulk *entocc.BulkModifiedError
	require.True(t, errors.As(err, &bulk), "%v", err)
	named := make(map[any]bool)
	for _, c := range bulk.Conflicts {
		named[c.ID] = true
	}
	require.Equal(t, wanted, named)
	return len(wanted)
}

func (m *machine) deleteBulk(t *rapid.T) {
	all := m.some(t)
	var entities []*ent.User
	stale := make(map[int]bool)
	for _, h := range all {
		now, there := m.rows[h.entity.ID]
		stale[h.entity.ID] = !there || now.version != h.row.version
		entities = append(entities, h.entity)
	}
	_, err := m.client.User.DeleteBulk(entities...).Exec(m.ctx)
	if m.conflicts(t, err, stale) > 0 {
		return
	}
	for _, u := range entities {
		delete(m.rows, u.ID)
	}
}

var errNotKept = errors.New("not kept")

// transaction saves two rows, and keeps both or neither. Entities from a transaction that was rolled back are refused.
func (m *machine) transaction(t *rapid.T) {
	all, keep := m.some(t), rapid.Bool().Draw(t, "commit")
	before := make(map[int]row)
	for id, r := range m.rows {
		before[id] = r
	}
	first := len(m.held)
	err := m.client.RetryTx(m.ctx, func(tx *ent.Tx) error {
		for _, h := range all {
			c := change{kind: "name", name: m.name()}
			u, err := c.on(tx.User.UpdateOne(h.entity)).Save(m.ctx)
			m.outcome(t, h.entity.ID, c, m.rows[h.entity.ID].version == h.row.version, u, err)
			if err != nil {
				return errors.Join(errNotKept, errors.New(err.Error()))
			}
		}
		if !keep {
			return errNotKept
		}
		return nil
	})
	if err == nil {
		return
	}
	require.ErrorIs(t, err, errNotKept)
	m.rows = before
	for i := first; i < len(m.held); i++ {
		m.held[i].ghost = true
		require.True(t, ent.IsVersionError(m.client.User.UpdateOne(m.held[i].entity).SetName("ghost").Exec(m.ctx)))
	}
}

func (m *machine) getVersion(t *rapid.T) {
	id := m.id(t)
	v := m.version(t, id)
	u, err := m.client.User.GetVersion(m.ctx, id, v)
	now, there := m.rows[id]
	switch {
	case !there:
		require.True(t, ent.IsNotFound(err), "%v", err)
	case now.version != v:
		require.True(t, ent.IsRecordModified(err), "%v", err)
	default:
		require.NoError(t, err)
		m.keep(t, u)
	}
}

// switched writes under SkipCheck, which still bumps, and under SkipIncrement, which still checks.
func (m *machine) switched(t *rapid.T) {
	h, c := m.any(t), change{kind: "name", name: m.name()}
	id := h.entity.ID
	now, there := m.rows[id]
	if rapid.Bool().Draw(t, "SkipCheck") {
		u, err := c.on(m.client.User.UpdateOne(h.entity)).Save(entocc.SkipCheck(m.ctx))
		if !there {
			require.True(t, ent.IsNotFound(err), "%v", err)
			return
		}
		m.outcome(t, id, c, true, u, err)
		return
	}
	u, err := c.on(m.client.User.UpdateOne(h.entity)).Save(entocc.SkipIncrement(m.ctx))
	if !there || now.version != h.row.version {
		m.refused(t, err, id)
		return
	}
	require.NoError(t, err)
	m.rows[id] = row{version: now.version, name: c.name, age: now.age, visits: now.visits}
	m.keep(t, u)
}
