// Package mixin has the mixins that protect a schema.
//
//	func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }
//
// [Version] counts, [TimeVersion] takes the time, [TokenVersion] is random, [TriggerVersion] is made by a trigger and
// [SystemVersion] by PostgreSQL itself, and [Guard] uses a field that the schema has already. [Values] needs no version: it
// compares what the caller saw. Each adds the hook that guards writes, and an annotation that the extension of package entc reads.
//
// Keep the mixin itself in Mixin(), or embed it. Your own mixin that returns only the Fields of one has neither hook nor
// annotation. The extension guards its types anyway, by what the field carries, but not those of [Guard] and
// [Values], which have no field; and without the extension, such types are not guarded.
package mixin
