package suite

import (
	stdsql "database/sql"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
)

// Rows that are in another state when the UPDATE looks at them, but in the expected state when entocc asks why no row was written.
func comesBackScenarios() []scenario {
	return []scenario{
		{name: "State/ComesBackWhileItIsExplained", run: stateComesBack, left: func(db DB) string {
			switch {
			case db.Traits.BeginLocks:
				return "nobody else can write once a transaction has begun"
			case db.Dialect == dialect.MySQL && db.Isolation >= stdsql.LevelRepeatableRead && !db.Traits.Nodes:
				return "the UPDATE locks each row that it looks at"
			}
			return ""
		}},
		{name: "State/ComesBackWhileASetIsExplained", run: stateOfSetComesBack},
		{name: "State/ComesBackWhileACheckIsExplained", run: stateOfCheckComesBack, left: func(db DB) string {
			if db.Traits.BeginLocks {
				return "nobody else can write once a transaction has begun"
			}
			return ""
		}},
	}
}

// comesBack requires a write that sets the time of the last login to report success only if it was written. The row
// becomes open before the first SELECT.
func (s *Scene) comesBack(write func(id int) error) {
	s.Helper()
	u := s.user("closed")
	s.Sent.Then("SELECT", 1, func() { saved(s, s.Other.User.UpdateOneID(u.ID).IgnoreVersion().SetName("open")) })
	err := write(u.ID)
	s.Sent.Then("", 0, nil)
	written := s.load(u.ID).LastLogin != nil
	assert.Equalf(s, err == nil, written, "written: %t, error: %v", written, err)
}

func stateComesBack(s *Scene) {
	now := time.Now()
	s.comesBack(func(id int) error {
		return s.Client.User.UpdateOneID(id).IfField(user.Name("open")).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		return s.Client.User.UpdateOneID(id).IfVersion(2).IfField(user.Name("open")).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		return s.Client.User.UpdateOneID(id).IfField(user.Name("open")).SetAge(7).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		return s.Client.User.UpdateOneID(id).IgnoreVersion().Where(user.Name("open")).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		return s.Client.User.UpdateOneID(id).IfVersion(2).Where(user.Name("open")).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		_, err := s.Client.User.UpdateOneID(id).IfField(user.Name("open")).SetLastLogin(now).Save(s.ctx)
		return err
	})
}

func stateOfSetComesBack(s *Scene) {
	now := time.Now()
	s.comesBack(func(id int) error {
		return s.Client.User.Update().Where(user.ID(id), user.Name("open")).IfVersion(2).SetLastLogin(now).Exec(s.ctx)
	})
	s.comesBack(func(id int) error {
		return s.Client.User.Update().Where(user.ID(id), user.Name("open")).IfVersionIn(1, 2).SetLastLogin(now).Exec(s.ctx)
	})
}

// stateOfCheckComesBack has nothing to write. The row that comes back is the one that was checked.
func stateOfCheckComesBack(s *Scene) {
	u := s.user("closed")
	s.Sent.Then("SELECT", 2, func() { saved(s, s.Other.User.UpdateOneID(u.ID).IgnoreVersion().SetName("open")) })
	got, err := s.Client.User.UpdateOneID(u.ID).IfField(user.Name("open")).Save(s.ctx)
	s.Sent.Then("", 0, nil)
	if err == nil {
		assert.Equal(s, []any{u.ID, "open", int64(2)}, []any{got.ID, got.Name, got.Version})
	}
}
