package occhttp_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
)

// exampleUser returns a client whose database has one user.
func exampleUser(name string) (*ent.Client, *ent.User, context.Context) {
	client, ctx := openExample(name), context.Background()
	return client, client.User.Create().SetName("ada").SetAge(36).SaveX(ctx), ctx
}

// exampleSigner returns a signer; a program keeps its keys where it keeps its secrets.
func exampleSigner() *occhttp.Signer {
	signer, err := occhttp.NewSigner(occhttp.Key{ID: "2026", Secret: []byte(strings.Repeat("k", 32))})
	if err != nil {
		log.Fatal(err)
	}
	return signer
}

// putName handles PUT /users/1, whose body is the name.
func putName(client *ent.Client) occhttp.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
		if err != nil {
			return err
		}
		u, err := client.User.UpdateOneID(1).IfMatch(occhttp.IfMatch(r)).SetName(string(name)).Save(r.Context())
		if err != nil {
			return err
		}
		return occhttp.SetETag(w, u)
	}
}

// request makes a request with headers, by name and value.
func request(method, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "/users/1", strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// respond prints the status of the answer, and its ETag if it has one.
func respond(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Header().Get("ETag"))))
	return w
}

// browser returns what a browser posts of a form, in which the user has typed: field, text, field, text ..
func browser(form *occhttp.Form, typed ...string) url.Values {
	state := regexp.MustCompile(`name="([^"]*)" value="([^"]*)"`).FindStringSubmatch(string(form.State()))
	posted := url.Values{html.UnescapeString(state[1]): {html.UnescapeString(state[2])}}
	for field, text := range form.Mine {
		posted.Set(form.Name(field), text)
	}
	for i := 0; i < len(typed); i += 2 {
		posted.Set(form.Name(typed[i]), typed[i+1])
	}
	return posted
}
