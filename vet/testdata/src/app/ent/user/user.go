package user

import "app/ent/predicate"

const (
	Table        = "users"
	FieldVersion = "version"
)

type OrderOption func()

func ID(id int) predicate.User            { return nil }
func IDIn(ids ...int) predicate.User      { return nil }
func Version(v int64) predicate.User      { return nil }
func TenantID(id int) predicate.User      { return nil }
func ActiveEQ(active bool) predicate.User { return nil }
