package batch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/pet"
	"github.com/entocc/entocc/internal/ent/user"
)

// statement is the first statement that a batch sends.
func statement(t *testing.T, d string, write func(*ent.Client) error) string {
	t.Helper()
	drv := &drivertest.Sent{Name: d}
	require.ErrorIs(t, write(ent.NewClient(ent.Driver(drv))), context.Canceled)
	require.NotEmpty(t, drv.Statements)
	return strings.ReplaceAll(drv.Statements[0], `"`, "`")
}

func TestDeleteBulk_Statements(t *testing.T) {
	for _, s := range []struct {
		dialect, guarded, unguarded string
	}{
		{
			dialect.SQLite,
			"DELETE FROM `users` WHERE (`users`.`id`, `users`.`version`) IN (VALUES (?,?), (?,?)) RETURNING `users`.`id` []interface {}{9, 4, 8, 7}",
			"DELETE FROM `users` WHERE (`users`.`id`) IN (VALUES (?), (?)) RETURNING `users`.`id` []interface {}{9, 8}",
		},
		{
			dialect.Postgres,
			"DELETE FROM `users` USING (VALUES ((NULL::`users`).`id`, (NULL::`users`).`version`), ($1,$2), ($3,$4)) AS entocc_rows WHERE " +
				"`users`.`id` = entocc_rows.column1 AND `users`.`version` = entocc_rows.column2 RETURNING `users`.`id` []interface {}{9, 4, 8, 7}",
			"DELETE FROM `users` USING (VALUES ((NULL::`users`).`id`), ($1), ($2)) AS entocc_rows WHERE " +
				"`users`.`id` = entocc_rows.column1 RETURNING `users`.`id` []interface {}{9, 8}",
		},
		{
			dialect.MySQL,
			"DELETE FROM `users` WHERE `users`.`id` IN (?, ?) AND (`users`.`id`, `users`.`version`) IN ((?, ?), (?, ?)) []interface {}{9, 8, 9, 4, 8, 7}",
			"DELETE FROM `users` WHERE `users`.`id` IN (?, ?) []interface {}{9, 8}",
		},
	} {
		for skip, want := range map[bool]string{false: s.guarded, true: s.unguarded} {
			ctx := t.Context()
			if skip {
				ctx = entocc.SkipCheck(ctx)
			}
			assert.Equal(t, want, statement(t, s.dialect, func(c *ent.Client) error {
				return second(c.User.DeleteBulk(&ent.User{ID: 9, Version: 4}, &ent.User{ID: 8, Version: 7}).Exec(ctx))
			}))
		}
	}
}

// MySQL compares texts by the collation of their column, so they are compared one by one.
func TestBulk_StatementsOfTextsOnMySQL(t *testing.T) {
	a, b := &ent.Setting{ID: "a", Version: 4}, &ent.Setting{ID: "b", Version: 7}
	assert.Equal(t, "UPDATE `settings` SET `value` = CASE WHEN `settings`.`id` = ? THEN ? WHEN `settings`.`id` = ? THEN ? END, "+
		"`version` = `settings`.`version` + 1 WHERE (`settings`.`id` = ? AND `settings`.`version` = ? OR `settings`.`id` = ? AND `settings`.`version` = ?) "+
		"[]interface {}{`a`, `x`, `b`, `y`, `a`, 4, `b`, 7}", statement(t, dialect.MySQL, func(c *ent.Client) error {
		return second(c.Setting.UpdateBulk(c.Setting.UpdateOne(a).SetValue("x"), c.Setting.UpdateOne(b).SetValue("y")).Save(t.Context()))
	}))
	assert.Equal(t, "DELETE FROM `settings` WHERE (`settings`.`id` = ? AND `settings`.`version` = ? OR `settings`.`id` = ? AND `settings`.`version` = ?) "+
		"[]interface {}{`a`, 4, `b`, 7}", statement(t, dialect.MySQL, func(c *ent.Client) error {
		return second(c.Setting.DeleteBulk(a, b).Exec(t.Context()))
	}))
}

// A batch of one shape is one statement. Rows of another shape are written by another one.
func TestUpdateBulk_RowsOfOneShapeAreOneStatement(t *testing.T) {
	u := func(c *ent.Client, i int) *ent.UserUpdateOne { return c.User.UpdateOne(&ent.User{ID: i, Version: 4}) }
	for name, pair := range map[string]func(c *ent.Client) (a, b *ent.UserUpdateOne){
		"other column":  func(c *ent.Client) (a, b *ent.UserUpdateOne) { return u(c, 1).SetAge(1), u(c, 2).SetName("n") },
		"set or not":    func(c *ent.Client) (a, b *ent.UserUpdateOne) { return u(c, 1).SetEmail("e"), u(c, 2).ClearEmail() },
		"other cleared": func(c *ent.Client) (a, b *ent.UserUpdateOne) { return u(c, 1).ClearAvatar(), u(c, 2).ClearEmail() },
		"edge or not":   func(c *ent.Client) (a, b *ent.UserUpdateOne) { return u(c, 1).SetParentID(3), u(c, 2).ClearParent() },
		"unguarded": func(c *ent.Client) (a, b *ent.UserUpdateOne) {
			return u(c, 1).SetAge(1), c.User.UpdateOneID(2).IgnoreVersion().SetAge(1)
		},
		"several versions": func(c *ent.Client) (a, b *ent.UserUpdateOne) {
			return u(c, 1).SetAge(1), c.User.UpdateOneID(2).IfVersionIn(1, 2).SetAge(1)
		},
		"selected": func(c *ent.Client) (a, b *ent.UserUpdateOne) {
			return u(c, 1).SetAge(1), u(c, 2).SetAge(1).Select("age")
		},
	} {
		for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
			sent := statement(t, d, func(c *ent.Client) error {
				a, b := pair(c)
				return second(c.User.UpdateBulk(a, b).Save(t.Context()))
			})
			assert.NotContains(t, sent, "VALUES", fmt.Sprint(name, " on ", d))
			assert.NotContains(t, sent, "`users`.`id` IN (", fmt.Sprint(name, " on ", d))
		}
	}
}

// Two edges may be set in the same way, and one may be cleared where the other is not: these are statements of their own, too.
func TestUpdateBulk_RowsOfOtherEdgesAreOtherStatements(t *testing.T) {
	p := func(c *ent.Client, i int) *ent.PetUpdateOne {
		return c.Pet.UpdateOne(&ent.Pet{ID: i, Version: 4}).SetName("n")
	}
	for name, s := range map[string]struct {
		pair func(c *ent.Client) (a, b *ent.PetUpdateOne)
		one  bool
	}{
		"same edge":      {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).SetShelterID(1), p(c, 2).SetShelterID(2) }, true},
		"same cleared":   {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).ClearShelter(), p(c, 2).ClearShelter() }, true},
		"other edge":     {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).SetShelterID(1), p(c, 2).SetOwnerID(2) }, false},
		"other cleared":  {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).ClearShelter(), p(c, 2).ClearOwner() }, false},
		"edge or none":   {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).SetShelterID(1), p(c, 2) }, false},
		"cleared or not": {func(c *ent.Client) (a, b *ent.PetUpdateOne) { return p(c, 1).ClearShelter(), p(c, 2) }, false},
		"other predicate": {func(c *ent.Client) (a, b *ent.PetUpdateOne) {
			return p(c, 1).Where(pet.Name("a")), p(c, 2).Where(pet.Name("b"))
		}, false},
		"same predicate": {func(c *ent.Client) (a, b *ent.PetUpdateOne) {
			return p(c, 1).Where(pet.Name("a")), p(c, 2).Where(pet.Name("a"))
		}, true},
		"stated field": {func(c *ent.Client) (a, b *ent.PetUpdateOne) {
			return p(c, 1).IfField(pet.Name("a")), p(c, 2).IfField(pet.Name("a"))
		}, false},
		"modified": {func(c *ent.Client) (a, b *ent.PetUpdateOne) {
			return p(c, 1).Modify(func(*sql.UpdateBuilder) {}), p(c, 2).Modify(func(*sql.UpdateBuilder) {})
		}, false},
		"legacy": {func(c *ent.Client) (a, b *ent.PetUpdateOne) {
			return c.Pet.UpdateOneID(1).IfVersion(0).SetName("n"), p(c, 2)
		}, false},
	} {
		for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
			sent := statement(t, d, func(c *ent.Client) error {
				a, b := s.pair(c)
				return second(c.Pet.UpdateBulk(a, b).Save(t.Context()))
			})
			joined := strings.Contains(sent, "VALUES") || strings.Contains(sent, "`pets`.`id` IN (")
			assert.Equal(t, s.one, joined, fmt.Sprint(name, " on ", d, ": ", sent))
		}
	}
}

// An upsert of many rows is as long as the database takes.
func TestUpsertBulk_StatementsAreAsLongAsTheDatabaseTakes(t *testing.T) {
	rows := func(n int, name string) int {
		return strings.Count(statement(t, dialect.Postgres, func(c *ent.Client) error {
			builders, versions := make([]*ent.UserCreate, n), make([]int64, n)
			for i := range builders {
				builders[i], versions[i] = c.User.Create().SetName(name).SetEmail(fmt.Sprint("mail ", i)), 1
			}
			return c.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(versions...).Exec(t.Context())
		}), "`mail ")
	}
	assert.Equal(t, 300, rows(300, "short"))
	assert.Equal(t, 1000, rows(1100, "short"))
	assert.Equal(t, 81, rows(90, strings.Repeat("x", 100<<10)), "8 MiB")
}

// A save that does not bump, or whose version a trigger replaces, is a statement of its own where the database would not show what it did.
func TestUpdateBulk_RowsThatTheDatabaseDoesNotShowAreStatementsOfTheirOwn(t *testing.T) {
	for name, s := range map[string]struct {
		update func(c *ent.Client) error
		one    map[string]bool
	}{
		"not bumped": {func(c *ent.Client) error {
			u := func(i int) *ent.UserUpdateOne {
				return c.User.UpdateOne(&ent.User{ID: i, Version: 4}).SetLastLogin(time.Unix(0, 0))
			}
			return second(c.User.UpdateBulk(u(1), u(2)).Save(t.Context()))
		}, map[string]bool{dialect.SQLite: true, dialect.Postgres: true, dialect.MySQL: false}},
		"trigger": {func(c *ent.Client) error {
			g := func(i int) *ent.GaugeUpdateOne { return c.Gauge.UpdateOne(&ent.Gauge{ID: i, Version: 4}).SetName("n") }
			return second(c.Gauge.UpdateBulk(g(1), g(2)).Save(t.Context()))
		}, map[string]bool{dialect.SQLite: false, dialect.Postgres: true, dialect.MySQL: false}},
		"nothing to write": {func(c *ent.Client) error {
			return second(c.User.UpdateBulk(c.User.UpdateOneID(1).IfVersion(4), c.User.UpdateOneID(2).IfVersion(4)).Save(t.Context()))
		}, map[string]bool{dialect.SQLite: false, dialect.Postgres: false, dialect.MySQL: false}},
	} {
		for d, one := range s.one {
			sent := statement(t, d, s.update)
			assert.Equal(t, one, strings.Contains(sent, "VALUES") || strings.Contains(sent, "`id` IN ("), fmt.Sprint(name, " on ", d, ": ", sent))
		}
	}
}
