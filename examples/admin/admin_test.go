package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

// shop is the application on a real listener, with the products of seed.
type shop struct {
	*testing.T
	client *ent.Client
	signer *occhttp.Signer
	url    string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	client, err := open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, seed(t.Context(), client))
	signer, err := newSigner(strings.Repeat("k", 32))
	require.NoError(t, err)
	listener := httptest.NewServer(newAdmin(client, signer))
	t.Cleanup(listener.Close)
	return &shop{T: t, client: client, signer: signer, url: listener.URL}
}

// token is the signed version of a product as it is now.
func (s *shop) token(id int) string {
	s.Helper()
	token, err := s.signer.Sign(s.client.Product.GetX(s.Context(), id))
	require.NoError(s, err)
	return token
}

// somebody saves the product as somebody else would.
func (s *shop) somebody(id int, change func(*ent.ProductUpdateOne)) {
	s.Helper()
	update := s.client.Product.UpdateOneID(id).IgnoreVersion()
	change(update)
	update.ExecX(s.Context())
}

// form is that of the edit page, with changes.
func (s *shop) form(id int, changes ...string) url.Values {
	s.Helper()
	form := url.Values{"token": {s.token(id)}}
	for name, value := range valuesOf(s.client.Product.GetX(s.Context(), id)) {
		form.Set(name, value)
		form.Set("base."+name, value)
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

// post sends a form as the browser does that shows our page, and follows no redirect.
func (s *shop) post(path string, form url.Values, header ...string) (status int, body string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), "POST", s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	require.NoError(s, err)
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	require.NoError(s, err)
	return resp.StatusCode, string(read)
}

func TestForms_OfOtherSitesAreRefused(t *testing.T) {
	s := newShop(t)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
		status, _ := s.post("/products/1", s.form(1, "name", "evil"), header...)
		assert.Equal(t, http.StatusForbidden, status, "%v", header)
	}
	assert.NotEqual(t, "evil", s.client.Product.GetX(t.Context(), 1).Name)
}

func TestForms_BadTokensAreRefusedAndNothingIsWritten(t *testing.T) {
	s := newShop(t)
	good := s.token(1)
	for name, token := range map[string]string{
		"missing": "", "tampered": good[:len(good)-2] + "xx", "of another product": s.token(2), "a bare version": "1", "huge": strings.Repeat("x", 5000),
	} {
		status, body := s.post("/products/1", s.form(1, "name", "evil", "token", token))
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, body, "reload the page")
		for _, action := range []string{"save", "archive", "delete"} {
			if name == "of another product" {
				continue // each row of the list names its own product
			}
			form := url.Values{"action": {action}, "row": {token}, "selected": {token}, "price.1": {"0"}, "base.price.1": {"1"}}
			status, _ = s.post("/products/bulk", form)
			assert.Equal(t, http.StatusBadRequest, status, "%s, %s", action, name)
		}
		if name != "of another product" {
			status, _ = s.post("/products/delete", url.Values{"row": {token}})
			assert.Equal(t, http.StatusBadRequest, status, name)
		}
	}
	for _, p := range s.client.Product.Query().AllX(t.Context()) {
		assert.EqualValues(t, 1, p.Version)
	}
}

func TestForms_BadValuesAreToldAndKept(t *testing.T) {
	s := newShop(t)
	for field, bad := range map[string]string{"name": "", "sku": "TEA-02", "price": "1.234", "stock": "-1", "status": "lost"} {
		status, body := s.post("/products/1", s.form(1, field, bad, "notes", "typed & kept"))
		assert.Equal(t, http.StatusBadRequest, status, field)
		assert.Contains(t, body, `id="`+field+`-wrong"`)
		assert.Contains(t, body, "typed &amp; kept")
	}
	status, _ := s.post("/products/bulk", url.Values{"action": {"fly"}})
	assert.Equal(t, http.StatusBadRequest, status)
	status, _ = s.post("/products/new", url.Values{"notes": {strings.Repeat("x", maxForm)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	assert.EqualValues(t, 1, s.client.Product.GetX(t.Context(), 1).Version)
}

func TestPages_EscapeEverything(t *testing.T) {
	s := newShop(t)
	const evil = `"><script>alert(1)</script>`
	form := s.form(1, "name", evil, "notes", "</textarea>"+evil)
	s.somebody(1, func(up *ent.ProductUpdateOne) { up.SetName(evil + "2").SetNotes(evil) })
	status, body := s.post("/products/1", form)
	require.Equal(t, http.StatusConflict, status)
	pages := map[string]string{"conflict": body}
	for _, path := range []string{"/", "/products/1", "/?saved=" + url.QueryEscape(evil)} {
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		read, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.NotContains(t, resp.Header.Get("Content-Security-Policy"), "unsafe")
		pages[path] = string(read)
	}
	_, pages["delete"] = s.post("/products/bulk", url.Values{"action": {"delete"}, "row": {s.token(1)}, "selected": {s.token(1)}})
	s.client.Product.DeleteOneID(1).IgnoreVersion().ExecX(t.Context())
	_, pages["gone"] = s.post("/products/1", form)
	for name, page := range pages {
		assert.NotContains(t, page, "<script>alert", name)
		assert.NotContains(t, page, "</textarea>\"", name)
		assert.Contains(t, page, "<h1>", name)
	}
}

// TestPages_EveryInputHasALabel is what a screen reader asks for.
func TestPages_EveryInputHasALabel(t *testing.T) {
	s := newShop(t)
	form := s.form(1, "price", "1", "notes", "mine")
	s.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(2).SetStock(3) })
	_, conflict := s.post("/products/1", form)
	pages := map[string]string{"conflict": conflict}
	for _, path := range []string{"/", "/products/1", "/products/new"} {
		resp, err := http.Get(s.url + path)
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		pages[path] = b.String()
	}
	control := regexp.MustCompile(`(<label[^>]*>)?<(?:input|select|textarea)[^>]*>`)
	id := regexp.MustCompile(` id="([^"]+)"`)
	for name, page := range pages {
		for _, found := range control.FindAllString(page, -1) {
			if strings.Contains(found, `type="hidden"`) || strings.Contains(found, "aria-label=") || strings.HasPrefix(found, "<label") {
				continue
			}
			m := id.FindStringSubmatch(found)
			require.NotNil(t, m, "%s: %s", name, found)
			assert.Contains(t, page, `for="`+m[1]+`"`, "%s: %s", name, found)
		}
		assert.Contains(t, page, `<html lang="en">`)
	}
}

func TestSave_CommitBetweenFormAndWriteIsAConflict(t *testing.T) {
	s := newShop(t)
	form := s.form(1, "price", "20.00")
	s.somebody(1, func(up *ent.ProductUpdateOne) { up.SetStock(39) })
	status, body := s.post("/products/1", form)
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, body, "You have changed different fields, so both can be kept.")
	p := s.client.Product.GetX(t.Context(), 1)
	assert.Equal(t, 1450, p.Price)
	assert.Equal(t, 39, p.Stock)
}

func TestList_ModesOfSaveAll(t *testing.T) {
	for mode, want := range map[string]struct{ saved, message string }{
		"abort": {"14.50", "Nothing was saved."},
		"skip":  {"15.00", "1 product saved."},
	} {
		t.Run(mode, func(t *testing.T) {
			s := newShop(t)
			form := url.Values{"action": {"save"}, "mode": {mode}}
			for id := 1; id <= 3; id++ {
				form.Add("row", s.token(id))
				v := valuesOf(s.client.Product.GetX(t.Context(), id))
				for _, f := range inline {
					form.Set("base."+f.Name+"."+strconv.Itoa(id), v[f.Name])
					form.Set(f.Name+"."+strconv.Itoa(id), v[f.Name])
				}
			}
			form.Set("price.1", "15.00")
			form.Set("price.2", "9.99")
			s.somebody(2, func(up *ent.ProductUpdateOne) { up.SetPrice(700) })
			status, body := s.post("/products/bulk", form)
			assert.Equal(t, http.StatusConflict, status)
			assert.Contains(t, body, want.message)
			assert.Contains(t, body, `value="9.99"`, "what was typed is kept")
			assert.Contains(t, body, "now 7.00", "what somebody else saved is shown")
			assert.Equal(t, want.saved, valuesOf(s.client.Product.GetX(t.Context(), 1))["price"])
			assert.Equal(t, 700, s.client.Product.GetX(t.Context(), 2).Price)
			assert.EqualValues(t, 1, s.client.Product.GetX(t.Context(), 3).Version, "a row that was not changed is not written")
		})
	}
}
