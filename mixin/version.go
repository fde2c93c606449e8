package mixin

import (
	"time"

	"github.com/entocc/entocc/internal/annotation"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"
	"github.com/entocc/entocc/internal/version"
	"github.com/google/uuid"
)

// Version adds an int64 version to a schema: 1 for a new row, and one more with every write. In JPA this is @Version on
// a Long, in Rails lock_version.
//
//	func (User) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.Version{}}
//	}
//
// The column is NOT NULL DEFAULT 1, so the mixin can be added to a table that has rows. The version is a counter: a row
// that is deleted and created again with the same ID begins at 1 once more. Where that happens, use [TokenVersion].
type Version struct {
	entmixin.Schema
	// Name is the name of the field; "version" if empty.
	Name string
	// StorageKey is the name of the column; that of the field if empty.
	StorageKey string
	// AllowBlind lets writes by ID through that state no version: they are not guarded, and bump.
	AllowBlind bool
	// Only names the fields and edges whose change bumps the version; all if empty. It excludes Ignore.
	Only []string
	// Ignore names the fields and edges whose change does not bump the version, such as a last_login. Their writes are
	// still guarded.
	Ignore []string
	// Touch names edges to parents, whose foreign key is in this schema's table: a change of a row, its creation and its
	// deletion bump the version of its parent too. It needs the extension of package entc.
	Touch []string
}

// Fields of the mixin.
func (v Version) Fields() []ent.Field {
	return v.options().field(
		field.Int64(nameOr(v.Name)).Default(1).Immutable().StorageKey(v.StorageKey).
			Comment("Version counts the writes of this row, for optimistic concurrency control.").Descriptor(),
		"Version", annotation.KindCounter, func() int64 { return 0 },
	)
}

// Hooks of the mixin.
func (v Version) Hooks() []ent.Hook { return v.options().hooks(version.Counter{}) }

// Annotations of the mixin.
func (v Version) Annotations() []schema.Annotation {
	return v.options().annotations("Version", annotation.KindCounter)
}

func (v Version) options() options {
	return options{nameOr(v.Name), v.StorageKey, v.AllowBlind, v.Only, v.Ignore, v.Touch}
}

// TimeVersion adds an int64 version of microseconds since 1970 (UTC): the time of the write, or one more than the old
// version if the clock stood still or went back. It always rises.
//
//	func (User) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.TimeVersion{Name: "updated_us"}}
//	}
//
// Rows that were there before have version 1.
type TimeVersion struct {
	entmixin.Schema
	// Name is the name of the field; "version" if empty.
	Name string
	// StorageKey is the name of the column; that of the field if empty.
	StorageKey string
	// AllowBlind lets writes by ID through that state no version: they are not guarded, and bump.
	AllowBlind bool
	// Only names the fields and edges whose change bumps the version; all if empty. It excludes Ignore.
	Only []string
	// Ignore names the fields and edges whose change does not bump the version.
	Ignore []string
	// Touch names edges to parents, whose foreign key is in this schema's table: a change of a row, its creation and its
	// deletion bump the version of its parent too. It needs the extension of package entc.
	Touch []string
}

// Fields of the mixin.
func (v TimeVersion) Fields() []ent.Field {
	return v.options().field(
		field.Int64(nameOr(v.Name)).DefaultFunc(func() int64 { return time.Now().UnixMicro() }).
			Immutable().StorageKey(v.StorageKey).Annotations(entsql.DefaultExpr("1")).
			Comment("Version is the time of the last write of this row in microseconds since 1970, for optimistic concurrency control.").Descriptor(),
		"TimeVersion", annotation.KindTime, func() int64 { return 0 },
	)
}

// Hooks of the mixin.
func (v TimeVersion) Hooks() []ent.Hook { return v.options().hooks(version.Timestamp{}) }

// Annotations of the mixin.
func (v TimeVersion) Annotations() []schema.Annotation {
	return v.options().annotations("TimeVersion", annotation.KindTime)
}

func (v TimeVersion) options() options {
	return options{nameOr(v.Name), v.StorageKey, v.AllowBlind, v.Only, v.Ignore, v.Touch}
}

// TokenVersion adds a uuid.UUID version, a new random one (RFC 9562, version 4) with every write. A row that is deleted
// and created again never has the version of the old one (ABA). Tokens have no order: compare them for equality only.
//
//	func (User) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.TokenVersion{}}
//	}
//
// Rows that were there before have the nil UUID on SQLite, and random ones elsewhere.
type TokenVersion struct {
	entmixin.Schema
	// Name is the name of the field; "version" if empty.
	Name string
	// StorageKey is the name of the column; that of the field if empty.
	StorageKey string
	// AllowBlind lets writes by ID through that state no version: they are not guarded, and bump.
	AllowBlind bool
	// Only names the fields and edges whose change bumps the version; all if empty. It excludes Ignore.
	Only []string
	// Ignore names the fields and edges whose change does not bump the version.
	Ignore []string
	// Touch names edges to parents, whose foreign key is in this schema's table: a change of a row, its creation and its
	// deletion bump the version of its parent too. It needs the extension of package entc.
	Touch []string
}

// Fields of the mixin.
func (v TokenVersion) Fields() []ent.Field {
	return v.options().field(
		field.UUID(nameOr(v.Name), uuid.UUID{}).Default(newToken).Immutable().StorageKey(v.StorageKey).
			Annotations(entsql.DefaultExprs(map[string]string{
				dialect.Postgres: "gen_random_uuid()",
				dialect.MySQL:    "(uuid())",
				// SQLite adds no column to a table that has rows with a default that is not constant.
				dialect.SQLite: "'00000000-0000-0000-0000-000000000000'",
			})).
			Comment("Version is a random token that changes with every write of this row, for optimistic concurrency control.").Descriptor(),
		"TokenVersion", annotation.KindToken, func() uuid.UUID { return uuid.Nil },
	)
}

// Hooks of the mixin.
func (v TokenVersion) Hooks() []ent.Hook { return v.options().hooks(version.Token{}) }

// Annotations of the mixin.
func (v TokenVersion) Annotations() []schema.Annotation {
	return v.options().annotations("TokenVersion", annotation.KindToken)
}

func (v TokenVersion) options() options {
	return options{nameOr(v.Name), v.StorageKey, v.AllowBlind, v.Only, v.Ignore, v.Touch}
}

// newToken returns the nil UUID where there is no randomness, which the hook refuses: a default can't return an error,
// and must not panic.
func newToken() uuid.UUID {
	token, err := uuid.NewRandom()
	if err != nil {
		return uuid.Nil
	}
	return token
}
