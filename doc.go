// Package entocc is optimistic concurrency control for the Go ORM [ent]: the vocabulary that its other packages, the code
// they generate, and their callers share. It has the errors and their predicates, the switches that are passed in a
// context, and the classifier of database errors.
//
// A schema is protected by a mixin (package mixin) and an entc extension (package entc):
//
//	a := client.User.GetX(ctx, 1)
//	b := client.User.GetX(ctx, 1)
//	a.Update().SetName("a").SaveX(ctx)          // version 1 -> 2
//	_, err := b.Update().SetName("b").Save(ctx) // *ent.UserModifiedError
//	entocc.IsRecordModified(err)                // true
//
// [ent]: https://entgo.io
package entocc
