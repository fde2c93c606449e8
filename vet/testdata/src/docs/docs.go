// Package docs has the code of docs/vet.md.
package docs

import (
	"app/ent"
	"app/ent/user"
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
)

func blind(ctx context.Context, client *ent.Client, id, tenant int, name string) {
	client.User.UpdateOneID(id).SetName(name).ExecX(ctx)                                    // want `UpdateOneID states no version`
	client.User.Update().Where(user.ID(id), user.TenantID(tenant)).SetName(name).ExecX(ctx) // want `states no version`
}

func silenced(ctx context.Context, client *ent.Client, id int, name string) {
	//entocc:ignore the nightly import owns these rows
	client.User.UpdateOneID(id).SetName(name).ExecX(ctx)
}

func stale(ctx context.Context, u *ent.User) {
	u.Update().SetName("Ada").ExecX(ctx)
	u.Update().SetName("Grace").ExecX(ctx) // a conflict with the line before // want `whose result was dropped`
}

func reread(client *ent.Client, r *http.Request, id int) error {
	var in struct{ Name string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	u, err := client.User.Get(r.Context(), id)
	if err != nil {
		return err
	}
	u, err = u.Update().SetName(in.Name).Save(r.Context()) // in was decoded from the request // want `request`
	return err
}

func conflict(ctx context.Context, u *ent.User, name string) error {
	err := u.Update().SetName(name).Exec(ctx)
	if ent.IsRecordModified(err) { // want `conflict`
		return nil
	}
	return err
}

func rawSQL(ctx context.Context, db *sql.DB, name string, id int) {
	db.ExecContext(ctx, "UPDATE users SET name = $1 WHERE id = $2", name, id) // want `this UPDATE of users`
}

func create(ctx context.Context, client *ent.Client, r *http.Request) {
	var in struct {
		Name    string
		Version int64
	}
	json.NewDecoder(r.Body).Decode(&in)
	client.User.Create().SetName(in.Name).SetVersion(in.Version).Save(ctx) // want `version`
}

func tx(ctx context.Context, client *ent.Client, u *ent.User) {
	client.RetryTx(ctx, func(tx *ent.Tx) (err error) {
		u, err = tx.User.UpdateOne(u).SetName("Ada").Save(ctx) // u is declared outside // want `declared outside`
		return err
	})
}
