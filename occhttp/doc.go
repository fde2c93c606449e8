// Package occhttp passes the version of a row over HTTP and back into the guard of a write: as ETag and If-Match (RFC 9110)
// for clients of an API, as a signed token for forms.
//
//	mux.Handle("PUT /users/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
//		u, err := client.User.UpdateOneID(id).
//			IfMatch(occhttp.IfMatch(r)). // checked by the UPDATE itself
//			SetName(name).
//			Save(r.Context())
//		if err != nil {
//			return err // 412, 428, 409, 404, 400: problem+json, or a page, by Accept
//		}
//		return occhttp.SetETag(w, u)
//	}))
//	http.ListenAndServe(addr, occhttp.Middleware()(mux))
//
// A precondition that the method does not take, or that the handler does not look at before it writes, is refused with 400,
// and nothing is written.
//
// Nothing is checked before the write: the versions of the header go into its WHERE, so a commit in between is found too.
// The handler loads and authorizes first, as always; a caller who is refused there learns nothing about versions.
//
// For forms there is one rule: version, base and text travel together. No page puts the token of one version beside a text
// that was typed into another, and nothing that was typed is lost; browsers restore old texts into pages that they load
// again. [Form] is that rule as a type; docs/forms.md explains it.
//
//	form := signer.ReadForm(ent.TypeProduct, r.PostForm)
//	err := client.Product.UpdateOneID(id).IfMatch(form).SetTitle(form.Text("title")).Exec(ctx)
//
// The package needs the standard library only. [Handler] and [Middleware] are plain net/http, and so fit chi, echo and gin.
package occhttp
