package suite

import "entgo.io/ent/dialect"

// forgets says why a shadow save can't work if the tables have triggers.
func forgets(db DB) string {
	if db.Traits.Bumping {
		return "a trigger can't distinguish a save that leaves the version alone on purpose from one that forgets it"
	}
	return ""
}

// keepsNull says why a row without a version can't be made if the tables have triggers.
func keepsNull(db DB) string {
	if db.Traits.Bumping {
		return "a trigger does not let anyone take the version of a row away"
	}
	return ""
}

// countsNothings says why an upsert that changes nothing bumps if the tables have triggers.
func countsNothings(db DB) string {
	if db.Traits.Bumping && db.Dialect == dialect.MySQL {
		return "ON DUPLICATE KEY UPDATE id = id is an update to a trigger"
	}
	return ""
}
