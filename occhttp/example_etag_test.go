package occhttp_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
)

func ExampleTag() {
	_, u, _ := exampleUser("Tag")
	tag, err := occhttp.Tag(u)
	fmt.Println(tag, err)
	// Output: "User/1/1" <nil>
}

func ExampleTagOf() {
	tag, err := occhttp.TagOf(entocc.VersionKey{Type: "Invoice", ID: "2026/7", Version: int64(3)})
	fmt.Println(tag, err)
	// Output: "Invoice/2026%2F7/3" <nil>
}

func ExampleETag() {
	strong, weak := occhttp.ETag{Opaque: "User/1/1"}, occhttp.ETag{Opaque: "User/1/1", Weak: true}
	fmt.Println(strong, weak)
	fmt.Println("If-Match:", strong.StrongMatch(strong), strong.StrongMatch(weak))
	fmt.Println("If-None-Match:", strong.WeakMatch(weak))
	// Output:
	// "User/1/1" W/"User/1/1"
	// If-Match: true false
	// If-None-Match: true
}

// A condition of the program's own, made from a list of tags in a message.
func ExampleTags_Accept() {
	_, u, _ := exampleUser("TagsAccept")
	tags, err := occhttp.ParseTags([]string{`"User/1/1", "User/2/9"`})
	accepted := tags.Accept(u.VersionKey())
	fmt.Println(accepted.Versions, accepted.Any, err)
	// Output: [1] false <nil>
}

// The tag goes into the WHERE of the UPDATE, so a save in between is noticed.
func ExampleIfMatch() {
	client, u, _ := exampleUser("IfMatch")
	h := occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		u, err := client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfMatch(r)).AddAge(1).Save(r.Context())
		if err != nil {
			return err
		}
		return occhttp.SetETag(w, u)
	})
	for range 2 {
		respond(h, request("PUT", "", "If-Match", `"User/1/1"`))
	}
	// Output:
	// 200 "User/1/2"
	// 412
}

// A handler that takes requests without the header asks whether there is one.
func ExampleCondition_Stated() {
	for _, headers := range [][]string{nil, {"If-Match", `"User/1/1"`}, {"If-Match", "User/1/1"}} {
		c := occhttp.IfMatch(request("PUT", "", headers...))
		fmt.Println(c.Stated(), c.Err())
	}
	// Output:
	// false entocc: If-Match: the request must state the version that it is based on: send the ETag of the last response as If-Match
	// true <nil>
	// true entocc: If-Match: an entity tag is quoted, as in "1"
}

func ExampleConditionError() {
	client, u, ctx := exampleUser("ConditionError")
	err := client.User.UpdateOne(u).IfMatch(occhttp.IfMatch(request("PUT", ""))).SetName("grace").Exec(ctx)
	var wrong *occhttp.ConditionError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Status, wrong.Header)
		fmt.Println(wrong.Reason)
	}
	// Output:
	// 428 If-Match
	// the request must state the version that it is based on: send the ETag of the last response as If-Match
}

// What is written is made of what was loaded, so the row must still have the loaded version: "*" is not enough.
func ExampleCondition_For() {
	client, u, ctx := exampleUser("ConditionFor")
	r := request("PATCH", "", "If-Match", "*")
	client.User.UpdateOne(u).SetAge(50).ExecX(ctx) // somebody else

	err := u.Update().IfMatch(occhttp.IfMatch(r).For(u)).SetAge(u.Age + 1).Exec(ctx)
	fmt.Println(ent.IsRecordModified(err))
	// Output: true
}

// The version of a domain object that has no header, such as a message of a queue.
func ExampleIfTag() {
	client, u, ctx := exampleUser("IfTag")
	tag, _ := occhttp.Tag(u)
	for _, tag := range []string{tag.String(), tag.String(), ""} {
		err := client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfTag(tag)).SetName("grace").Exec(ctx)
		fmt.Println(err == nil, ent.IsRecordModified(err), ent.IsVersionError(err))
	}
	// Output:
	// true false false
	// false true false
	// false false true
}

// Old callers send no tag. They overwrite what others wrote.
func ExampleIfTagSent() {
	client, u, ctx := exampleUser("IfTagSent")
	tag, _ := occhttp.Tag(u)
	for _, tag := range []string{tag.String(), tag.String(), ""} {
		err := client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfTagSent(tag)).SetName("grace").Exec(ctx)
		fmt.Println(err == nil)
	}
	// Output:
	// true
	// false
	// true
}

func ExampleSetETag() {
	_, u, _ := exampleUser("SetETag")
	respond(occhttp.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		return occhttp.SetETag(w, u)
	}), request("GET", ""))
	// Output: 200 "User/1/1"
}

// A client that has this version already gets no body.
func ExampleNotModified() {
	_, u, _ := exampleUser("NotModified")
	h := occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if done, err := occhttp.NotModified(w, r, u); done || err != nil {
			return err
		}
		_, err := io.WriteString(w, u.Name)
		return err
	})
	fmt.Printf("%q\n", respond(h, request("GET", "")).Body)
	fmt.Printf("%q\n", respond(h, request("GET", "", "If-None-Match", `"User/1/1"`)).Body)
	// Output:
	// 200 "User/1/1"
	// "ada"
	// 304 "User/1/1"
	// ""
}
