package docs_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/quickstart/ent"
	"github.com/entocc/entocc/occhttp"
)

type forms struct {
	client *ent.Client
	signer *occhttp.Signer
	shown  *occhttp.Form
}

func values(u *ent.User) occhttp.Values { return occhttp.Values{"name": u.Name, "email": u.Email} }

func (f *forms) edit(w http.ResponseWriter, r *http.Request) error {
	signer, u := f.signer, f.client.User.Query().OnlyX(r.Context())
	form, err := signer.FormSince(u, values(u), r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	if !r.URL.Query().Has("from") {
		http.Redirect(w, r, r.URL.Path+"?from="+form.Token(), http.StatusSeeOther)
		return nil
	}
	return f.page(w, http.StatusOK, form, nil)
}

func (f *forms) save(w http.ResponseWriter, r *http.Request) error {
	signer, client, page := f.signer, f.client, f.page
	if err := r.ParseForm(); err != nil {
		return err
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return err
	}
	form := signer.ReadForm(ent.TypeUser, r.PostForm) // Never nil: what was typed is in it, whatever else is wrong.
	update := client.User.UpdateOneID(id).IfMatch(form)
	for _, field := range form.Changed() {
		if err := update.Mutation().SetField(field, form.Text(field)); err != nil {
			return err
		}
	}
	err = update.Exec(r.Context())
	if form.Err != nil || ent.IsRecordModified(err) { // Compare with what is stored now.
		current, err := client.User.Get(r.Context(), id)
		if err != nil {
			return err
		}
		theirs, err := signer.Form(current, values(current))
		if err != nil {
			return err
		}
		merge := form.Onto(theirs)
		if merge.Settled() { // A second click on Save: what the user wanted is what is stored.
			return saved(w, r)
		}
		return page(w, http.StatusConflict, merge, merge.Choices("name", "email"))
	}
	if err != nil {
		return err
	}
	return saved(w, r)
}

func saved(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
	return nil
}

func (f *forms) page(w http.ResponseWriter, status int, form *occhttp.Form, choices []occhttp.Choice) error {
	f.shown = form
	w.WriteHeader(status)
	for _, c := range choices {
		if c.Clashes() {
			_, _ = w.Write([]byte(c.Name + " "))
		}
	}
	return nil
}

// posted returns what a browser sends for a form in which the name was changed.
func posted(t *testing.T, form *occhttp.Form, name string) url.Values {
	t.Helper()
	_, state, ok := strings.Cut(string(form.State()), `value="`)
	require.True(t, ok)
	state, _, _ = strings.Cut(state, `"`)
	return url.Values{form.Name("state"): {state}, form.Name("name"): {name}, form.Name("email"): {form.Text("email")}}
}

func TestForms_AStaleOneIsComparedAndASecondClickIsSettled(t *testing.T) {
	client := open(t)
	signer, err := occhttp.NewSigner(occhttp.Key{ID: "2026-11", Secret: []byte(strings.Repeat("k", 32))})
	require.NoError(t, err)
	f := &forms{client: client, signer: signer}
	mux := http.NewServeMux()
	mux.Handle("GET /users/{id}", occhttp.Handler(f.edit))
	mux.Handle("POST /users/{id}", occhttp.Handler(f.save))
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
	path := "/users/" + strconv.Itoa(u.ID)
	redirect := send(t, mux, "GET", path, "", "")
	require.Equal(t, http.StatusSeeOther, redirect.StatusCode)
	require.Equal(t, http.StatusOK, send(t, mux, "GET", redirect.Header.Get("Location"), "", "").StatusCode)
	mine, theirs := posted(t, f.shown, "Ada Lovelace"), posted(t, f.shown, "Countess Lovelace")

	assert.Equal(t, http.StatusSeeOther, send(t, mux, "POST", path, "", mine.Encode()).StatusCode)
	assert.Equal(t, http.StatusSeeOther, send(t, mux, "POST", path, "", mine.Encode()).StatusCode, "the second click")
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(theirs.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	mux.ServeHTTP(w, r)
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Equal(t, "name ", w.Body.String())
	assert.Equal(t, "Ada Lovelace", client.User.Query().OnlyX(t.Context()).Name)
}
