package occhttp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occhttp"
)

func ExampleHandler() {
	client, _, _ := exampleUser("Handler")
	h := occhttp.Handler(putName(client))
	respond(h, request("PUT", "grace", "If-Match", `"User/1/1"`))
	fmt.Println(respond(h, request("PUT", "joan", "If-Match", `"User/1/1"`)).Body)
	// Output:
	// 200 "User/1/2"
	// 412
	// {"type":"https://pkg.go.dev/github.com/entocc/entocc/occhttp#TypeModified","title":"Modified by somebody else","status":412,"detail":"The user was changed by somebody else since it was read. Nothing was written.","instance":"/users/1","expected":["1"],"current":"2"}
}

// The middleware refuses what no handler would look at, such as an If-Match of a POST.
func ExampleMiddleware() {
	client, _, _ := exampleUser("Middleware")
	h := occhttp.Middleware()(occhttp.Handler(putName(client)))
	respond(h, request("POST", "grace", "If-Match", `"User/1/1"`))
	respond(h, request("PUT", "grace", "If-Match", `User/1/1`)) // not quoted
	respond(h, request("PUT", "grace", "If-Match", `"User/1/1"`))
	// Output:
	// 400
	// 400
	// 200 "User/1/2"
}

func ExampleAllow() {
	client, _, _ := exampleUser("Allow")
	h := occhttp.Middleware(occhttp.Allow("POST", "If-Match"))(occhttp.Handler(putName(client)))
	respond(h, request("POST", "grace", "If-Match", `"User/1/1"`))
	// Output: 200 "User/1/2"
}

// Requests that state no version are refused before any handler runs.
func ExampleRequire() {
	h := occhttp.Middleware(occhttp.Require())(http.NotFoundHandler())
	respond(h, request("PUT", "grace"))
	respond(h, request("PUT", "grace", "If-Match", `"User/1/1"`))
	// Output:
	// 428
	// 404
}

func ExampleOnError() {
	errClosed := errors.New("the month is closed")
	h := occhttp.Middleware(occhttp.OnError(func(_ *http.Request, err error) *occhttp.Problem {
		if errors.Is(err, errClosed) {
			return &occhttp.Problem{Status: http.StatusConflict, Title: "The month is closed"}
		}
		return nil
	}))(occhttp.Handler(func(http.ResponseWriter, *http.Request) error { return errClosed }))
	fmt.Println(respond(h, request("PUT", "")).Body)
	// Output:
	// 409
	// {"type":"about:blank","title":"The month is closed","status":409,"instance":"/users/1"}
}

// The handler does not look at If-Match. Its write is refused.
func ExampleOnIgnored() {
	client, u, _ := exampleUser("OnIgnored")
	h := occhttp.Middleware(occhttp.OnIgnored(func(r *http.Request, header string) {
		fmt.Println(r.Method, "ignores", header)
	}))(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		return client.User.UpdateOne(u).SetName("grace").Exec(r.Context())
	}))
	respond(h, request("PUT", "", "If-Match", `"User/1/1"`))
	// Output:
	// PUT ignores If-Match
	// 400
}

// In the tests of a program, a handler that ignores a precondition is an error of the test.
func ExampleStrict() {
	h := occhttp.Middleware(occhttp.Strict(failing{}))(occhttp.Handler(func(http.ResponseWriter, *http.Request) error { return nil }))
	respond(h, request("PUT", "", "If-Match", `"User/1/1"`))
	// Output:
	// FAIL: entocc: the handler of PUT /users/1 ignored If-Match
	// 200
}

// failing is a testing.TB.
type failing struct{}

func (failing) Helper()                           {}
func (failing) Errorf(format string, args ...any) { fmt.Printf("FAIL: "+format+"\n", args...) }

func ExampleLogger() {
	client, _, _ := exampleUser("Logger")
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: untimed}))
	h := occhttp.Middleware(occhttp.Logger(logger.With("component", "api")))(occhttp.Handler(putName(client)))
	respond(h, request("PUT", "grace", "If-Match", `"User/1/7"`))
	// Output:
	// level=DEBUG msg="entocc: request refused" component=api method=PUT path=/users/1 status=412 error="entocc: User 1 was modified by somebody else: UpdateOne expected version 7, the row has 1"
	// 412
}

func untimed(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func ExampleErrorPage() {
	client, _, _ := exampleUser("ErrorPage")
	page := template.Must(template.New("").Parse(`<h1>{{ .Title }}</h1>`))
	h := occhttp.Middleware(occhttp.ErrorPage(page))(occhttp.Handler(putName(client)))
	fmt.Println(respond(h, request("PUT", "grace", "If-Match", `"User/1/7"`, "Accept", "text/html")).Body)
	// Output:
	// 412
	// <h1>Modified by somebody else</h1>
}

func ExampleLastChange() {
	client, u, ctx := exampleUser("LastChange")
	client.User.UpdateOne(u).SetName("grace").SetLastLogin(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)).ExecX(ctx)
	h := occhttp.Middleware(occhttp.LastChange(func(current any) (by string, at time.Time) {
		if u, ok := current.(*ent.User); ok {
			return u.Name, *u.LastLogin
		}
		return "", time.Time{}
	}))(occhttp.Handler(putName(client)))
	var problem occhttp.Problem
	if err := json.NewDecoder(respond(h, request("PUT", "joan", "If-Match", `"User/1/1"`)).Body).Decode(&problem); err != nil {
		log.Fatal(err)
	}
	fmt.Println(problem.ModifiedBy, problem.ModifiedAt.Format(time.Kitchen))
	// Output:
	// 412
	// grace 9:00AM
}

func ExampleClashingFields() {
	client, u, ctx := exampleUser("ClashingFields")
	client.User.UpdateOne(u).SetName("grace").ExecX(ctx)
	names := map[string]string{user.FieldName: "fullName", user.FieldAge: "age"} // What the API shows, by its own names.
	h := occhttp.Middleware(occhttp.ClashingFields(func(_ any, field entocc.FieldDiff) string {
		return names[field.Name]
	}))(occhttp.Handler(putName(client)))
	var problem occhttp.Problem
	if err := json.NewDecoder(respond(h, request("PUT", "joan", "If-Match", `"User/1/1"`)).Body).Decode(&problem); err != nil {
		log.Fatal(err)
	}
	fmt.Println(problem.Expected, problem.Current, problem.Clashes)
	// Output:
	// 412
	// [1] 2 [fullName]
}

// Frameworks with their own error handler, such as gin and echo, call WriteError there.
func ExampleWriteError() {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		occhttp.WriteError(w, r, &ent.NotFoundError{})
	})
	fmt.Println(respond(h, request("GET", "")).Body)
	// Output:
	// 404
	// {"type":"about:blank","title":"Not Found","status":404,"instance":"/users/1"}
}

func ExampleProblemOf() {
	client, u, ctx := exampleUser("ProblemOf")
	client.User.UpdateOne(u).SetName("grace").ExecX(ctx)
	err := u.Update().SetName("joan").Exec(ctx)

	p := occhttp.ProblemOf(request("PUT", ""), err)
	fmt.Println(p.Status, p.Title, p.Expected, p.Current)
	// Output: 409 Modified by somebody else [1] 2
}
