package version

// Table is a table whose rows have versions. Generated code lists those of a client, for package trigger.
type Table struct {
	Schema *Schema
	// Namespace is the database schema that the table is in; the connection's schema if empty.
	Namespace, Name string
	// Key are the columns of the primary key.
	Key []string
	// Counted are the columns whose change bumps the version; nil means all.
	Counted []string
}
