package entocc

import "fmt"

// VersionKey names one version of one row. Entities of versioned types return theirs, for entity tags and form tokens
// (package occhttp).
type VersionKey struct {
	// Type is the name of the ent type, "User".
	Type string
	// ID is the row's primary key; a []any in the order of the schema's field.ID for a composite one.
	ID any
	// Version is an int64 or another integer, a uuid.UUID or a time.Time; nil for an entity that was loaded without its version.
	Version any
}

// Versioned is an entity of a versioned type. Generated code implements it.
type Versioned interface{ VersionKey() VersionKey }

// Condition is what somebody outside the process expects of a row, such as the If-Match header of a request or the token of
// a form. Package occhttp makes them; generated builders take them and put them into the SQL of the write:
//
//	client.User.UpdateOneID(id).IfMatch(occhttp.IfMatch(r)).SetName(name).Save(ctx)
type Condition interface {
	// Accept returns what the condition accepts for one row. key.Version is a zero value of the version's Go type.
	Accept(key VersionKey) Accepted
	// String returns the condition as it was stated, for errors.
	fmt.Stringer
}

// Accepted is what a [Condition] accepts for one row. The zero value accepts nothing: the write is a conflict.
type Accepted struct {
	// Versions are those that are accepted, of the Go type of the row's version.
	Versions []any
	// Any accepts whatever version the row has, as "If-Match: *" does.
	Any bool
	// Err refuses the write with a VersionError, as the condition can't be understood, or there is none.
	Err error
}
