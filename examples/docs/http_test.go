package docs_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/quickstart/ent"
	"github.com/entocc/entocc/occhttp"
)

func api(client *ent.Client) http.Handler {
	load := func(r *http.Request) (*ent.User, error) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			return nil, &occhttp.Problem{Status: http.StatusNotFound}
		}
		return client.User.Get(r.Context(), id)
	}
	view := func(u *ent.User) any { return map[string]string{"name": u.Name} }
	name := "Ada Lovelace"
	mux := http.NewServeMux()
	mux.Handle("GET /users/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		u, err := load(r) // Authorization and 404 come first, as always.
		if err != nil {
			return err
		}
		if done, err := occhttp.NotModified(w, r, u); done || err != nil {
			return err // Sets ETag: "User/7/3", and answers If-None-Match with 304.
		}
		return json.NewEncoder(w).Encode(view(u))
	}))

	mux.Handle("PUT /users/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		u, err := load(r)
		if err != nil {
			return err
		}
		u, err = u.Update().
			IfMatch(occhttp.IfMatch(r)). // UPDATE .. WHERE id = 7 AND version = 3
			SetName(name).
			Save(r.Context())
		if err != nil {
			return err // 412, 428, 409, 404, 400
		}
		return occhttp.SetETag(w, u) // The new version: the client goes on without another GET.
	}))
	return occhttp.Middleware()(mux)
}

func send(t *testing.T, h http.Handler, method, path, ifMatch, form string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form))
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHTTP_TheVersionTravelsAsAnETag(t *testing.T) {
	client := open(t)
	h := api(client)
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
	path := "/users/" + strconv.Itoa(u.ID)
	tag := send(t, h, "GET", path, "", "").Header.Get("ETag")
	require.Equal(t, `"User/1/1"`, tag)
	saved := send(t, h, "PUT", path, tag, "")
	assert.Equal(t, http.StatusOK, saved.StatusCode)
	assert.Equal(t, `"User/1/2"`, saved.Header.Get("ETag"))
	assert.Equal(t, http.StatusPreconditionFailed, send(t, h, "PUT", path, tag, "").StatusCode)
	assert.Equal(t, http.StatusPreconditionRequired, send(t, h, "PUT", path, "", "").StatusCode)
}

func tokens(ctx context.Context, client *ent.Client, secret []byte, u *ent.User, r *http.Request) error {
	signer, err := occhttp.NewSigner(occhttp.Key{ID: "2026-11", Secret: secret}) // 32 random bytes or more
	if err != nil {
		return err
	}
	token, err := signer.Sign(u) // <input type="hidden" name="version" value="{{ .Token }}">
	if err != nil {
		return err
	}
	r.PostForm = map[string][]string{"version": {token}}
	name, id := "Ada Lovelace", u.ID
	err = client.User.UpdateOneID(id).IfMatch(signer.IfMatch(r.PostFormValue("version"))).SetName(name).Exec(ctx)
	if err != nil {
		return err
	}
	return remove(ctx, client, signer, token)
}

func remove(ctx context.Context, client *ent.Client, signer *occhttp.Signer, token string) error {
	row, err := signer.Row(ent.TypeUser, token)
	if err != nil {
		return err
	}
	id, err := strconv.Atoi(row.ID[0])
	if err != nil {
		return err
	}
	return client.User.DeleteOneID(id).IfMatch(row).Exec(ctx)
}

func TestTokens_StateTheVersionThatTheyWereSignedFor(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", nil)
	err := tokens(t.Context(), client, []byte(strings.Repeat("k", 32)), u, r)
	require.True(t, ent.IsRecordModified(err), "the delete has the token from before the save: %v", err)
	assert.Equal(t, "Ada Lovelace", client.User.GetX(t.Context(), u.ID).Name)
}
