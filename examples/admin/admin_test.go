package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/admin/ent"
)

func TestForms_OfOtherSitesAreRefused(t *testing.T) {
	s := newShop(t)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
		status, _ := s.post("/products/1", s.filled(1, "name", "evil"), header...)
		assert.Equal(t, http.StatusForbidden, status, "%v", header)
	}
	assert.NotEqual(t, "evil", s.client.Product.GetX(t.Context(), 1).Name)
}

// TestForms_RefusedStateIsComparedAndNothingIsLost: whether a key is gone, the form is another product's or the state
// was tampered with, the page shows what was typed, and asks.
func TestForms_RefusedStateIsComparedAndNothingIsLost(t *testing.T) {
	s := newShop(t)
	good := s.filled(1)
	var token string
	for name := range good {
		if strings.HasSuffix(name, ".state") {
			token = good.Get(name)
		}
	}
	for name, state := range map[string]string{"missing": "", "tampered": token[:len(token)-2] + "xx", "a bare version": "1", "an unknown key": "x" + token} {
		status, body := s.post("/products/1", restate(s.filled(1, "notes", "typed & kept"), state))
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, body, "typed &amp; kept", name)
		assert.Contains(t, body, "From the spring harvest.", name)
		for _, action := range []string{"save", "archive", "delete"} {
			status, body = s.post("/products/bulk", restate(together(action, s.filled(1, "price", "0.07", "selected", "1")), state))
			assert.Equal(t, http.StatusBadRequest, status, "%s, %s", action, name)
			assert.Contains(t, body, "0.07", "%s, %s", action, name)
		}
		status, _ = s.post("/products/delete", restate(s.filled(1), state))
		assert.Equal(t, http.StatusBadRequest, status, name)
	}
	status, body := s.post("/products/1", s.filled(2, "notes", "typed & kept"))
	assert.Equal(t, http.StatusBadRequest, status, "of another product")
	assert.Contains(t, body, "typed &amp; kept")
	for _, p := range s.client.Product.Query().AllX(t.Context()) {
		assert.EqualValues(t, 1, p.Version)
	}
}

// TestForms_OutliveARestart: the keys are in the database, and dropping one loses nothing.
func TestForms_OutliveARestart(t *testing.T) {
	s := newShop(t)
	form, other := s.filled(1, "price", "20.00"), s.filled(2, "notes", "typed & kept")
	restarted := httptest.NewServer(newAdmin(s.client))
	t.Cleanup(restarted.Close)
	s.url = restarted.URL
	status, _ := s.post("/products/1", form)
	assert.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, "20.00", s.stored(1)["price"])

	s.client.FormKey.Delete().ExecX(t.Context())
	emptied := httptest.NewServer(newAdmin(s.client))
	t.Cleanup(emptied.Close)
	s.url = emptied.URL
	status, body := s.post("/products/2", other)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, "typed &amp; kept")
	assert.Empty(t, s.stored(2)["notes"])
}

// TestForms_DatabaseThatFailsLosesNothing: whatever went wrong, the answer has what was typed.
func TestForms_DatabaseThatFailsLosesNothing(t *testing.T) {
	s := newShop(t)
	s.client.Product.Use(func(ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(context.Context, ent.Mutation) (ent.Value, error) { return nil, errors.New("the disk is full") })
	})
	for path, form := range map[string]url.Values{
		"/products/1": s.filled(1, "notes", "typed & kept"), "/products/new": s.filled(1, "notes", "typed & kept", "state", ""),
		"/products/bulk": together("save", s.filled(1, "price", "0.07")),
	} {
		status, body := s.post(path, form)
		assert.Equal(t, http.StatusInternalServerError, status, path)
		assert.True(t, strings.Contains(body, "typed &amp; kept") || strings.Contains(body, `value="0.07"`), path)
		assert.NotContains(t, body, "disk", path)
	}
}

func TestForms_BadValuesAreToldAndKept(t *testing.T) {
	s := newShop(t)
	for field, bad := range map[string]string{"name": "", "sku": "TEA-02", "price": "1.234", "stock": "-1", "status": "lost"} {
		status, body := s.post("/products/1", s.filled(1, field, bad, "notes", "typed & kept"))
		assert.Equal(t, http.StatusBadRequest, status, field)
		assert.Contains(t, body, "."+field+`-wrong"`)
		assert.Contains(t, body, "typed &amp; kept")
	}
	long := strings.Repeat("x", 2<<20)
	status, body := s.post("/products/1", s.filled(1, "notes", long))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, long, "a text that is too long is shown again")
	status, body = s.post("/products/bulk", together("fly", s.filled(1, "price", "0.07")))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, `value="0.07"`)
	status, body = s.post("/products/new", url.Values{"notes": {strings.Repeat("x", maxForm)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	assert.Contains(t, body, "go back")
	assert.EqualValues(t, 1, s.client.Product.GetX(t.Context(), 1).Version)
}

// TestSave_SecondClickIsSaved: it changes nothing, so it is not a conflict with anybody else.
func TestSave_SecondClickIsSaved(t *testing.T) {
	s := newShop(t)
	form := s.filled(1, "price", "20.00")
	for range 2 {
		status, _ := s.post("/products/1", form)
		assert.Equal(t, http.StatusSeeOther, status)
	}
	list := together("save", s.filled(1, "price", "21.00"), s.filled(2, "stock", "1"))
	archive := together("archive", s.filled(3, "selected", "1"))
	erase := s.filled(4)
	add := restate(s.filled(1, "sku", "NEW-1"), "")
	for range 2 {
		for path, posted := range map[string][]url.Values{"/products/bulk": {list, archive}, "/products/delete": {erase}, "/products/new": {add}} {
			for _, form := range posted {
				status, body := s.post(path, form)
				assert.Equal(t, http.StatusSeeOther, status, "%s", body)
			}
		}
	}
	assert.EqualValues(t, 3, s.client.Product.GetX(t.Context(), 1).Version)
	assert.Equal(t, 6, s.client.Product.Query().CountX(t.Context()))
}

// TestSave_FieldThatWasNotPostedIsLeftAlone: for example if the form was cut off.
func TestSave_FieldThatWasNotPostedIsLeftAlone(t *testing.T) {
	s := newShop(t)
	form := s.filled(1, "price", "20.00")
	for name := range form {
		if strings.HasSuffix(name, ".notes") {
			form.Del(name)
		}
	}
	status, _ := s.post("/products/1", form)
	assert.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, "From the spring harvest.\nOrder again in May.", s.stored(1)["notes"])
}

func TestPages_EscapeEverything(t *testing.T) {
	s := newShop(t)
	const evil = `"><script>alert(1)</script>`
	form := s.filled(1, "name", evil, "notes", "</textarea>"+evil)
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
	_, pages["delete"] = s.post("/products/bulk", together("delete", s.filled(1, "selected", "1")))
	s.client.Product.DeleteOneID(1).IgnoreVersion().ExecX(t.Context())
	_, pages["gone"] = s.post("/products/1", form)
	for name, page := range pages {
		assert.NotContains(t, page, "<script>alert", name)
		assert.NotContains(t, page, "</textarea>\"", name)
		assert.Contains(t, page, "<h1>", name)
	}
}

// TestPages_EveryInputHasALabel, which screen readers need.
func TestPages_EveryInputHasALabel(t *testing.T) {
	s := newShop(t)
	form := s.filled(1, "price", "1", "notes", "mine")
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
	form := s.filled(1, "price", "20.00")
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
			form := together("save", s.filled(1, "price", "15.00"), s.filled(2, "price", "9.99"), s.filled(3))
			form.Set("mode", mode)
			s.somebody(2, func(up *ent.ProductUpdateOne) { up.SetPrice(700) })
			status, body := s.post("/products/bulk", form)
			assert.Equal(t, http.StatusConflict, status)
			assert.Contains(t, body, want.message)
			assert.Contains(t, body, `value="9.99"`, "what was typed is kept")
			assert.Contains(t, body, "now 7.00", "what somebody else saved is shown")
			assert.Equal(t, want.saved, valuesOf(s.client.Product.GetX(t.Context(), 1))["price"])
			assert.Equal(t, 700, s.client.Product.GetX(t.Context(), 2).Price)
			assert.EqualValues(t, 1, s.client.Product.GetX(t.Context(), 3).Version, "an unchanged row is not written")
		})
	}
}
