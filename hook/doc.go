// Package hook has what a program registers on a client of guarded types: [OnModified] and its resolvers, which decide
// conflicts; [Observe], [Log] and [Tally], which see them; [Report], which lets through writes that would be refused, for
// programs that adopt versions; and [Disable], which turns off the guard.
//
//	client.User.Use(hook.OnModified(hook.Merge()))
//	client.Use(hook.Log(slog.Default()))
//
// The guard itself comes from a mixin of package mixin and needs no registration. [Pin] and its types are for authors of
// drivers.
package hook
