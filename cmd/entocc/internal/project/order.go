package project

import (
	"slices"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"
)

// HooksBefore returns which mixins of the type, from 0, have hooks that run before the guard's. It locates the guard by
// the version field, so it returns nothing for mixin.Guard, which has no field.
func (t *Type) HooksBefore() (mixins []int) {
	if !t.HasVersion() {
		return nil
	}
	i := slices.IndexFunc(t.Node.Fields, func(f *gen.Field) bool { return f.Name == t.Version.Field })
	if i < 0 || t.Node.Fields[i].Position == nil || !t.Node.Fields[i].Position.MixedIn {
		return nil
	}
	guard := t.Node.Fields[i].Position.MixinIndex
	for _, p := range t.Node.HookPositions() {
		if p.MixedIn && p.MixinIndex < guard && !slices.Contains(mixins, p.MixinIndex) {
			mixins = append(mixins, p.MixinIndex)
		}
	}
	return mixins
}

// MixinsHaveHooks reports whether a mixin of the type has hooks.
func (t *Type) MixinsHaveHooks() bool {
	return slices.ContainsFunc(t.Node.HookPositions(), func(p *load.Position) bool { return p.MixedIn })
}
