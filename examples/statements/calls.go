package main

import (
	"context"
	"log"

	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/statements/ent"
	"github.com/entocc/entocc/examples/statements/ent/user"
)

// call is one behaviour: the body of do is what a caller writes.
type call struct {
	title, name string
	do          func(ctx context.Context, client *ent.Client, r rows)
}

// rows are what a call finds in the database.
type rows struct {
	// u is a user at version 7, and stale the same user as loaded at version 6.
	u, stale *ent.User
	pet      *ent.Pet
	group    *ent.Group
}

// calls are what the README shows, in its order.
var calls = []call{
	{"A new row has the first version.", "create", create},
	{"A save is one statement, which compares the version and bumps it.", "save", save},
	{"A stale save matches no row. Only then a second statement asks why.", "saveStale", saveStale},
	{"A version that comes from outside, such as a form or an If-Match header, goes into the same statement.", "ifVersion", ifVersion},
	{"Any of several versions.", "ifVersionIn", ifVersionIn},
	{"Overwriting on purpose bumps the version too, so that others notice.", "ignoreVersion", ignoreVersion},
	{"A set-based update has the caller's predicate only, and bumps the version of every row.", "set", set},
	{"A delete is guarded like a save.", "remove", remove},
	{"A change of edges alone is guarded before any edge row is written.", "addEdge", addEdge},
	{"A child whose foreign key changes is bumped too.", "addChild", addChild},
	{"A change of an Ignore field is guarded, and does not bump the version.", "ignored", ignored},
	{"If nothing changes, nothing is written.", "nothing", nothing},
	{"Unless the version is to be bumped anyway.", "force", force},
	{"The update branch of an upsert bumps the version, and never sets it back.", "upsert", upsert},
	{"And it can be guarded.", "upsertIfVersion", upsertIfVersion},
	{"Or the newer version wins, whatever the order in which deliveries come. A late one is an `*entocc.NotNewerError`.", "upsertIfNewer", upsertIfNewer},
	{"In bulk each row is guarded by its own version. All are written, or none.", "upsertBulkIfVersion", upsertBulkIfVersion},
	{"A shadow save is guarded, and not noticed by others.", "shadow", shadow},
}

func create(ctx context.Context, client *ent.Client, _ rows) {
	client.User.Create().SetName("Grace").SetEmail("grace@example.com").ExecX(ctx)
}

func save(ctx context.Context, _ *ent.Client, r rows) {
	u := r.u

	u = u.Update().SetName("Ada Lovelace").SaveX(ctx)
	log.Println(u.Version) // 8
}

func saveStale(ctx context.Context, _ *ent.Client, r rows) {
	stale := r.stale

	_, err := stale.Update().SetName("Ada Lovelace").Save(ctx)
	log.Println(err) // entocc: User 1 was modified by somebody else: UpdateOne expected version 6, the row has 7
}

func ifVersion(ctx context.Context, client *ent.Client, r rows) {
	u := r.u

	client.User.UpdateOneID(u.ID).IfVersion(7).SetName("Ada Lovelace").ExecX(ctx)
}

func ifVersionIn(ctx context.Context, client *ent.Client, r rows) {
	u := r.u

	client.User.UpdateOneID(u.ID).IfVersionIn(5, 7).SetName("Ada Lovelace").ExecX(ctx)
}

func ignoreVersion(ctx context.Context, client *ent.Client, r rows) {
	u := r.u

	client.User.UpdateOneID(u.ID).IgnoreVersion().SetName("Ada Lovelace").ExecX(ctx)
}

func set(ctx context.Context, client *ent.Client, _ rows) {
	client.User.Update().Where(user.Active(true)).SetActive(false).ExecX(ctx)
}

func remove(ctx context.Context, client *ent.Client, r rows) {
	u := r.u

	client.User.DeleteOne(u).ExecX(ctx) // or u.Delete().ExecX(ctx)
}

func addEdge(ctx context.Context, _ *ent.Client, r rows) {
	u, group := r.u, r.group

	u.Update().AddGroups(group).ExecX(ctx)
}

func addChild(ctx context.Context, _ *ent.Client, r rows) {
	u, pet := r.u, r.pet

	u.Update().AddPets(pet).ExecX(ctx)
}

func ignored(ctx context.Context, _ *ent.Client, r rows) {
	u := r.u

	u.Update().ClearLastLogin().ExecX(ctx)
}

func nothing(ctx context.Context, _ *ent.Client, r rows) {
	u := r.u

	u.Update().ExecX(ctx)
}

func force(ctx context.Context, _ *ent.Client, r rows) {
	u := r.u

	u.Update().ForceIncrement().ExecX(ctx)
}

func upsert(ctx context.Context, client *ent.Client, _ rows) {
	client.User.Create().SetName("Ada").SetEmail("ada@example.com").
		OnConflict(sql.ConflictColumns(user.FieldEmail)).UpdateNewValues().
		ExecX(ctx)
}

func upsertIfVersion(ctx context.Context, client *ent.Client, _ rows) {
	client.User.Create().SetName("Ada").SetEmail("ada@example.com").
		OnConflict(sql.ConflictColumns(user.FieldEmail)).UpdateName().IfVersion(7).
		ExecX(ctx)
}

func upsertIfNewer(ctx context.Context, client *ent.Client, _ rows) {
	client.User.Create().SetName("Ada").SetEmail("ada@example.com").
		OnConflict(sql.ConflictColumns(user.FieldEmail)).UpdateNewValues().IfNewer(9).
		ExecX(ctx)
}

func upsertBulkIfVersion(ctx context.Context, client *ent.Client, _ rows) {
	client.User.CreateBulk(
		client.User.Create().SetName("Ada").SetEmail("ada@example.com"),
		client.User.Create().SetName("Bob").SetEmail("bob@example.com"),
	).OnConflictColumns(user.FieldEmail).UpdateName().IfVersion(7, 1).
		ExecX(ctx)
}

func shadow(ctx context.Context, _ *ent.Client, r rows) {
	u := r.u

	u.Update().SetActive(false).ExecX(entocc.SkipIncrement(ctx, ent.TypeUser))
}
