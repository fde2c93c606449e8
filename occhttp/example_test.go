package occhttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	"github.com/entocc/entocc/occhttp"
)

// quiet lets enttest open a client outside of a test.
type quiet struct{}

func (quiet) FailNow()          { log.Fatal("failed") }
func (quiet) Error(args ...any) { log.Print(args...) }
func openExample(name string) *ent.Client {
	return enttest.Open(quiet{}, "sqlite3", "file:"+name+"?mode=memory&cache=shared&_fk=1")
}

// Two clients have read version 1 of a user. The second one that writes is refused, by the UPDATE itself.
func Example() {
	client := openExample("example")
	defer func() { _ = client.Close() }()
	client.User.Create().SetName("ada").SaveX(context.Background())

	mux := http.NewServeMux()
	mux.Handle("GET /users/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		id, _ := strconv.Atoi(r.PathValue("id"))
		u, err := client.User.Get(r.Context(), id)
		if err != nil {
			return err
		}
		if done, err := occhttp.NotModified(w, r, u); done || err != nil {
			return err
		}
		_, err = io.WriteString(w, u.Name)
		return err
	}))
	mux.Handle("PUT /users/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		id, _ := strconv.Atoi(r.PathValue("id"))
		name, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
		if err != nil {
			return err
		}
		u, err := client.User.UpdateOneID(id).IfMatch(occhttp.IfMatch(r)).SetName(string(name)).Save(r.Context())
		if err != nil {
			return err
		}
		return occhttp.SetETag(w, u)
	}))
	server := httptest.NewServer(occhttp.Middleware()(mux))
	defer server.Close()

	send := func(method, name, ifMatch string) {
		req, _ := http.NewRequest(method, server.URL+"/users/1", strings.NewReader(name))
		if ifMatch != "" {
			req.Header.Set("If-Match", ifMatch)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		fmt.Printf("%s %q: %d %v\n", method, name, resp.StatusCode, resp.Header.Values("ETag"))
	}
	send("GET", "", "")
	send("PUT", "grace", `"User/1/1"`)
	send("PUT", "joan", `"User/1/1"`)
	send("PUT", "joan", "")
	send("PUT", "joan", `"User/1/2"`)
	// Output:
	// GET "": 200 ["User/1/1"]
	// PUT "grace": 200 ["User/1/2"]
	// PUT "joan": 412 []
	// PUT "joan": 428 []
	// PUT "joan": 200 ["User/1/3"]
}

// A form carries the signed version that its user saw.
func ExampleSigner() {
	client, ctx := openExample("signer"), context.Background()
	u := client.User.Create().SetName("ada").SaveX(ctx)

	signer, err := occhttp.NewSigner(occhttp.Key{ID: "2026", Secret: bytes.Repeat([]byte{42}, 32)})
	if err != nil {
		log.Fatal(err)
	}
	token, err := signer.Sign(u) // <input type="hidden" name="version" value="{{ .Token }}">
	if err != nil {
		log.Fatal(err)
	}
	for _, posted := range []string{token, token, token + "x", ""} {
		err := client.User.UpdateOneID(u.ID).IfMatch(signer.IfMatch(posted)).SetName("grace").Exec(ctx)
		var modified *ent.UserModifiedError
		switch {
		case err == nil:
			fmt.Println("saved")
		case errors.As(err, &modified):
			fmt.Printf("modified: version %v became %v\n", modified.Expected, modified.Actual)
		case entocc.IsVersionError(err):
			fmt.Println("refused")
		}
	}
	// Output:
	// saved
	// modified: version 1 became 2
	// refused
	// refused
}

// A create-only PUT lets the primary key decide whether the row is there.
func ExampleCreateOnly() {
	client := openExample("create")
	defer func() { _ = client.Close() }()
	h := occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		create, err := occhttp.CreateOnly(r)
		if err != nil || !create {
			return err
		}
		a, err := client.Account.Create().SetID("a1").SetOwner("ada").Save(r.Context())
		if err != nil {
			return err
		}
		if err := occhttp.SetETag(w, a); err != nil {
			return err
		}
		w.WriteHeader(http.StatusCreated)
		return nil
	})
	for range 2 {
		r := httptest.NewRequest(http.MethodPut, "/accounts/a1", nil)
		r.Header.Set("If-None-Match", "*")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Values("ETag"))
	}
	// Output:
	// 201 ["Account/a1/1"]
	// 412 []
}

// Parsed tags are compared with those of the application's own resources.
func ExampleParseTags() {
	tags, err := occhttp.ParseTags([]string{`"a,b", W/"c"`, `"d"`})
	fmt.Println(tags.List, err)
	_, err = occhttp.ParseTags([]string{`"unterminated`})
	fmt.Println(err)
	// Output:
	// ["a,b" W/"c" "d"] <nil>
	// an entity tag has no closing quote
}
