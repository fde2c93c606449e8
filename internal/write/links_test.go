package write_test

import (
	"context"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// child is a pet, whose row is written by its owner's edge.
func child(s version.Strategy) *write.Links {
	return &write.Links{
		Children: []write.Child{{Table: "pets", Column: "owner_id", Schema: &version.Schema{Type: "Pet", Column: "rev", Strategy: s}}},
		Through:  []write.Through{{Table: "likes", Column: "rev"}},
	}
}

// The statement that changes a child's foreign key bumps its version. Arguments stay in the order of their
// placeholders.
func TestLinking_BumpsTheChildInTheStatementOfItsForeignKey(t *testing.T) {
	for d, s := range map[string]struct{ query, want string }{
		dialect.SQLite: {
			"UPDATE `pets` SET `owner_id` = ? WHERE `id` = ? AND `owner_id` IS NULL",
			"UPDATE `pets` SET `rev` = ?, `owner_id` = ? WHERE `id` = ? AND `owner_id` IS NULL",
		},
		dialect.MySQL: {"UPDATE `pets` SET `owner_id` = ? WHERE `id` = ?", "UPDATE `pets` SET `rev` = ?, `owner_id` = ? WHERE `id` = ?"},
		dialect.Postgres: {
			`UPDATE "pets" SET "owner_id" = $1 WHERE "id" = $2`,
			`UPDATE "pets" SET "rev" = $3, "owner_id" = $1 WHERE "id" = $2`,
		},
	} {
		drv := &drivertest.Sent{Name: d}
		require.ErrorIs(t, write.Linking(drv, child(version.Token{})).Exec(t.Context(), s.query, []any{1, 2}, nil), context.Canceled)
		require.Len(t, drv.Statements, 1)
		assert.Contains(t, drv.Statements[0], s.want, d)
		if d == dialect.Postgres {
			assert.Contains(t, drv.Statements[0], "[]interface {}{1, 2, ")
		} else {
			assert.Contains(t, drv.Statements[0], ", 1, 2}")
		}
	}
}

// Any other statement is sent unchanged.
func TestLinking_LeavesOtherStatementsAlone(t *testing.T) {
	for _, query := range []string{
		"UPDATE `cards` SET `owner_id` = ? WHERE `id` = ?",
		"UPDATE `pets` SET `name` = ? WHERE `id` = ?",
		"UPDATE `pets` SET `owner_id` = ?, `rev` = ? WHERE `id` = ?",
		"UPDATE `pets` SET `owner_id` = ?",
		"DELETE FROM `pets` WHERE `owner_id` = ?",
		"INSERT INTO `pets` (`owner_id`) VALUES (?)",
		"REPLACE `pets` SET `owner_id` = ? WHERE",
	} {
		drv := &drivertest.Sent{Name: dialect.SQLite}
		require.Error(t, write.Linking(drv, child(version.Counter{})).Exec(t.Context(), query, []any{1}, nil))
		assert.Equal(t, []string{query + " []interface {}{1}"}, drv.Statements)
		drv.Statements = nil
		require.Error(t, write.Linking(drv, child(version.System{})).Exec(t.Context(), "UPDATE `pets` SET `owner_id` = ? WHERE `id` = ?", []any{1}, nil))
		assert.Equal(t, []string{"UPDATE `pets` SET `owner_id` = ? WHERE `id` = ? []interface {}{1}"}, drv.Statements, "the database moves it")
	}
}

// ent ignores an edge that already exists if the edge table has no further field. A version does not change that; any
// other field does.
func TestUpdateLinking_OnlyAVersionIsNoFurtherFieldOfAnEdge(t *testing.T) {
	spec := func(rel sqlgraph.Rel, table string, columns ...string) *sqlgraph.UpdateSpec {
		u := page(7)
		e := edge(rel, "page_id", 3)
		e.Table = table
		for _, c := range columns {
			e.Target.Fields = append(e.Target.Fields, sqlgraph.NewFieldSpec(c, field.TypeInt64))
		}
		u.Edges.Add = append(u.Edges.Add, e)
		return u
	}
	for _, s := range []struct {
		spec *sqlgraph.UpdateSpec
		kept int
	}{
		{spec(sqlgraph.M2M, "likes", "rev"), 0},
		{spec(sqlgraph.M2M, "likes", "liked_at"), 1},
		{spec(sqlgraph.M2M, "likes", "rev", "liked_at"), 2},
		{spec(sqlgraph.M2M, "others", "rev"), 1},
		{spec(sqlgraph.O2M, "likes", "rev"), 1},
	} {
		write.UpdateLinking(&drivertest.Sent{Name: dialect.SQLite}, s.spec, child(version.Counter{}))
		assert.Len(t, s.spec.Edges.Add[0].Target.Fields, s.kept)
	}
}

// A save that does not move the version holds one that the transaction made earlier and that disappears with it.
func TestSaved_VersionOfAnEarlierWriteOfTheTransactionIsAGhostAfterIt(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	p := client.Profile.Create().SetTitle("before").SaveX(ctx)
	tx, err := client.Tx(ctx)
	require.NoError(t, err)
	ghost := tx.Profile.UpdateOne(p).SetTitle("undone").SaveX(ctx).Update().SetTheme("dark").SaveX(ctx)
	require.NoError(t, tx.Rollback())
	client.Profile.UpdateOne(p).SetTitle("theirs").ExecX(ctx)
	require.Equal(t, client.Profile.GetX(ctx, p.ID).Version, ghost.Version, "which has the same number by now")
	err = client.Profile.UpdateOne(ghost).SetTitle("lost").Exec(ctx)
	require.True(t, ent.IsVersionError(err), "%v", err)
	assert.Equal(t, "theirs", client.Profile.GetX(ctx, p.ID).Title)
}

// A type with an edge to itself has the foreign keys of both sides in one column: its own row's, and those of other
// rows.
func TestUpdateOne_ClearsItsOwnForeignKeyAndSetsThatOfOthers(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	parent, child := client.User.Create().SetName("parent").SaveX(ctx), client.User.Create().SetName("child").SaveX(ctx)
	u := client.User.Create().SetName("between").SetParent(parent).SaveX(ctx)
	client.User.UpdateOne(u).ClearParent().AddChildren(child).ExecX(ctx)
	assert.False(t, client.User.QueryParent(u).ExistX(ctx))
	assert.Equal(t, child.ID, client.User.QueryChildren(u).OnlyIDX(ctx))

	sent := first(t, dialect.Postgres, func(ctx context.Context, c *ent.Client) error {
		return c.User.UpdateOne(u).ClearParent().SetParent(child).Exec(ctx)
	})
	assert.Equal(t, 1, strings.Count(sent, `"user_children" = `), "PostgreSQL takes no column twice: %s", sent)
}

// A trigger of PostgreSQL runs before RETURNING, so one statement is enough. A trigger of SQLite runs after it.
func TestUpdateOne_VersionOfATriggerComesBackByOneStatementWhereItCan(t *testing.T) {
	write := func(ctx context.Context, c *ent.Client) error {
		return second(c.Gauge.UpdateOne(&ent.Gauge{ID: 5, Version: 4}).SetName("n").Save(ctx))
	}
	assert.Contains(t, first(t, dialect.Postgres, write), "RETURNING")
	assert.NotContains(t, first(t, dialect.SQLite, write), "RETURNING")
}
