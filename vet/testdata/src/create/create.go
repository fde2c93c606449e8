package create

import (
	"app/ent"
	"context"
	"encoding/json"
	"net/http"
)

type input struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
	Hidden  int64  `json:"-"`
}

func post(c *ent.Client, r *http.Request) (*ent.User, error) {
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	c.User.Create().SetName(in.Name).SetVersion(in.Hidden)
	return c.User.Create().SetName(in.Name).SetVersion(in.Version).Save(r.Context()) // want `the version of the new User comes from a request`
}

func restore(ctx context.Context, c *ent.Client, rows []*ent.User) {
	for _, row := range rows {
		c.User.Create().SetName(row.Name).SetVersion(row.Version).Save(ctx)
	}
	c.User.Create().SetVersion(7).Save(ctx)
}
