// Package mixin has what a schema embeds to be protected by entocc.
//
//	func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }
//
// [Version] counts, [TimeVersion] takes the time, [TokenVersion] is random, and [Guard] uses a field that the schema has
// already. Each adds the hook that guards writes, and an annotation that the extension of package entc reads.
package mixin
