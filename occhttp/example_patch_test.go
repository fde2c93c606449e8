package occhttp_test

import (
	"fmt"
	"net/http"

	"github.com/entocc/entocc/occhttp"
)

const maxBody = 1 << 10

// A member that is there is set, null clears it, and one that is absent is left as it is.
func ExampleReadPatch() {
	client, u, _ := exampleUser("ReadPatch")
	h := occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		patch, err := occhttp.ReadPatch(w, r, maxBody)
		if err != nil {
			return err
		}
		update := client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfMatch(r))
		occhttp.Set(patch, "name", update.SetName) // null is refused
		occhttp.SetOrClear(patch, "email", update.SetEmail, update.ClearEmail)
		if err := patch.Err(); err != nil {
			return err // a member of another type, or one that nothing here takes
		}
		u, err := update.Save(r.Context())
		if err != nil {
			return err
		}
		return occhttp.SetETag(w, u)
	})
	respond(h, request("PATCH", `{"name":"grace"}`, "Content-Type", occhttp.MergePatchType, "If-Match", `"User/1/1"`))
	respond(h, request("PATCH", `{"email":null}`, "Content-Type", occhttp.MergePatchType, "If-Match", `"User/1/1"`))
	respond(h, request("PATCH", `{"phone":"1"}`, "Content-Type", occhttp.MergePatchType, "If-Match", `"User/1/2"`))
	// Output:
	// 200 "User/1/2"
	// 412
	// 400
}

func ExampleParsePatch() {
	patch, err := occhttp.ParsePatch([]byte(`{"name":"grace","email":null}`))
	fmt.Println(patch.Members(), patch.Has("email"), patch.Has("age"), err)
	_, err = occhttp.ParsePatch([]byte(`{"name":"grace","name":"joan"}`))
	fmt.Println(err)
	// Output:
	// [email name] true false <nil>
	// 400 Malformed patch: The body is not valid JSON: "name" is there twice.
}

func ExampleSet() {
	patch, _ := occhttp.ParsePatch([]byte(`{"name":null}`))
	client, u, _ := exampleUser("Set")
	occhttp.Set(patch, "name", client.User.UpdateOne(u).SetName)
	fmt.Println(patch.Err())
	// Output: 400 Malformed patch: name can't be null.
}

func ExampleSetOrClear() {
	patch, _ := occhttp.ParsePatch([]byte(`{"email":null}`))
	_, u, ctx := exampleUser("SetOrClear")
	u = u.Update().SetEmail("ada@example.org").SaveX(ctx)
	update := u.Update()
	occhttp.SetOrClear(patch, "email", update.SetEmail, update.ClearEmail)
	fmt.Println(update.SaveX(ctx).Email, patch.Err())
	// Output: <nil> <nil>
}

// Members of an object that the patch does not name are kept.
func ExampleMerge() {
	_, u, ctx := exampleUser("Merge")
	u = u.Update().SetSettings(map[string]string{"theme": "dark", "font": "serif"}).SaveX(ctx)
	r := request("PATCH", `{"settings":{"font":null,"size":"12"}}`, "If-Match", `"User/1/2"`)
	patch, err := occhttp.ParsePatch([]byte(`{"settings":{"font":null,"size":"12"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	update := u.Update().IfMatch(occhttp.IfMatch(r).For(u)) // what is written is made of u's settings
	occhttp.Merge(patch, "settings", u.Settings, update.SetSettings)
	fmt.Println(update.SaveX(ctx).Settings, patch.Err())
	// Output: map[size:12 theme:dark] <nil>
}

func ExampleMergeOrClear() {
	client, u, ctx := exampleUser("MergeOrClear")
	u = u.Update().SetSettings(map[string]string{"theme": "dark"}).SaveX(ctx)
	patch, _ := occhttp.ParsePatch([]byte(`{"settings":null}`))
	update := u.Update()
	occhttp.MergeOrClear(patch, "settings", u.Settings, update.SetSettings, update.ClearSettings)
	fmt.Println(len(update.SaveX(ctx).Settings), patch.Err())
	fmt.Println(client.User.GetX(ctx, u.ID).Version)
	// Output:
	// 0 <nil>
	// 3
}

func ExampleMergePatch() {
	merged, err := occhttp.MergePatch([]byte(`{"title":"tea","tags":["hot"]}`), []byte(`{"tags":null,"price":2.50}`))
	fmt.Println(string(merged), err)
	// Output: {"price":2.50,"title":"tea"} <nil>
}

// A patch of another media type is refused, and the answer says which one is taken.
func ExampleMergePatchType() {
	h := occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		_, err := occhttp.ReadPatch(w, r, maxBody)
		return err
	})
	w := respond(h, request("PATCH", `[]`, "Content-Type", "application/json-patch+json"))
	fmt.Println(w.Header().Get("Accept-Patch"))
	// Output:
	// 415
	// application/merge-patch+json
}
