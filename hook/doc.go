// Package hook has what a program registers on a client of guarded types: [OnModified] and its resolvers, which decide
// conflicts; [Observe], [Log] and [Tally], which hear of them; [Report], which lets writes through that would be refused, for
// programs that adopt versions; and [Disable], which switches the guard off.
//
//	client.User.Use(hook.OnModified(hook.Merge()))
//	client.Use(hook.Log(slog.Default()))
//
// The guard itself comes from a mixin of package mixin; nobody has to register it. [Pin] and its types are for authors of
// drivers.
package hook
