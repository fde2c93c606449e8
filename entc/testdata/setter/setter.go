// Package setter must not compile: update builders have no setter for the version.
package setter

import "github.com/entocc/entocc/internal/ent"

func one(u *ent.User) { u.Update().SetVersion(7) }

func add(u *ent.User) { u.Update().AddVersion(7) }

func set(c *ent.Client) { c.User.Update().SetVersion(7) }

func addSet(c *ent.Client) { c.User.Update().AddVersion(7) }

func guarded(o *ent.Order) { o.Update().SetRev(7) }

func cleared(o *ent.Order) { o.Update().ClearRev() }

func upsert(c *ent.Client) { c.User.Create().OnConflict().SetVersion(7) }
