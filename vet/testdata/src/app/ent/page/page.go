package page

import "app/ent/predicate"

func ID(id int) predicate.Page          { return nil }
func Title(title string) predicate.Page { return nil }
