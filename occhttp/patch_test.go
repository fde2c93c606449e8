package occhttp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
)

// The examples of RFC 7396, appendix A.
func TestMergePatch_ExamplesOfTheRFC(t *testing.T) {
	for _, row := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"n":9007199254740993}`, `{"m":1.50}`, `{"m":1.50,"n":9007199254740993}`}, // not the RFC's: numbers stay as they are written
		{`{"h":"<&>"}`, `{}`, `{"h":"<&>"}`},
	} {
		got, err := occhttp.MergePatch([]byte(row[0]), []byte(row[1]))
		require.NoError(t, err)
		assert.Equal(t, row[2], string(got), "%s patched by %s", row[0], row[1])
	}
	for _, bad := range []string{``, `{`, `{"a":1,"a":2}`, `{"b":{"a":1,"a":2}}`, `{} {}`, `{"a":}`, "\"\xff\"", `{'a':1}`, `nul`} {
		_, err := occhttp.MergePatch([]byte(`{}`), []byte(bad))
		require.Error(t, err, bad)
		_, err = occhttp.MergePatch([]byte(bad), []byte(`{}`))
		require.Error(t, err, bad)
	}
}

// FuzzMergePatch holds that a patch which was applied changes nothing when it is applied again.
func FuzzMergePatch(f *testing.F) {
	f.Add(`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`)
	f.Add(`[1]`, `{"":null,"x":{"y":[null]}}`)
	f.Fuzz(func(t *testing.T, target, patch string) {
		once, err := occhttp.MergePatch([]byte(target), []byte(patch))
		if err != nil {
			return
		}
		var parsed any
		require.NoError(t, json.Unmarshal(once, &parsed))
		twice, err := occhttp.MergePatch(once, []byte(patch))
		require.NoError(t, err)
		var again any
		require.NoError(t, json.Unmarshal(twice, &again))
		require.True(t, reflect.DeepEqual(parsed, again), "%s and %s", once, twice)
	})
}

func TestPatch_SetsWhatItNames(t *testing.T) {
	client := openExample(t.Name())
	ctx := t.Context()
	u := client.User.Create().SetName("Ada").SetAge(36).SetEmail("ada@example.org").SetSettings(map[string]string{"theme": "dark", "tab": "4"}).SaveX(ctx)
	apply := func(u *ent.User, body string) error {
		patch, err := occhttp.ParsePatch([]byte(body))
		if err != nil {
			return err
		}
		update := u.Update()
		occhttp.Set(patch, "name", update.SetName)
		occhttp.Set(patch, "age", update.SetAge)
		occhttp.SetOrClear(patch, "email", update.SetEmail, update.ClearEmail)
		occhttp.SetOrClear(patch, "labels", update.SetLabels, update.ClearLabels)
		occhttp.Merge(patch, "settings", u.Settings, update.SetSettings)
		if err := patch.Err(); err != nil {
			return err
		}
		return update.Exec(ctx)
	}
	require.NoError(t, apply(u, `{"age": 37, "email": null, "labels": ["x"], "settings": {"tab": null, "font": "mono"}}`))
	u = client.User.GetX(ctx, u.ID)
	assert.Equal(t, "Ada", u.Name)
	assert.Equal(t, 37, u.Age)
	assert.Nil(t, u.Email)
	assert.Equal(t, []string{"x"}, u.Labels)
	assert.Equal(t, map[string]string{"theme": "dark", "font": "mono"}, u.Settings)

	for body, detail := range map[string]string{
		`{"name": null}`:            "name can't be null.",
		`{"age": "37"}`:             "age can't be set to that: it has the wrong type, string.",
		`{"age": 3.5}`:              "age can't be set to that: it has the wrong type, number 3.5.",
		`{"age": 1e99}`:             "age can't be set to that: it has the wrong type, number 1e99.",
		`{"name": {"first": "x"}}`:  "name can't be set to an object.",
		`{"Name": "x"}`:             "Name can't be changed here.",
		`{"version": 7}`:            "version can't be changed here.",
		`{"id": 1, "age": 1}`:       "id can't be changed here.",
		`{"settings": {"tab": 4}}`:  "settings can't be set to that: it has the wrong type, number.",
		`{"age": 1, "age": 2}`:      `The body is not valid JSON: "age" is there twice.`,
		`{"age": 1, "\u0061ge": 2}`: `The body is not valid JSON: "age" is there twice.`,
		`[]`:                        "The body is not a JSON object.",
		`null`:                      "The body is not a JSON object.",
		`{"age": 1} x`:              "The body is not valid JSON: there is more than one value.",
		``:                          "The body is not valid JSON: unexpected EOF.",
		"{\"name\": \"\xff\"}":      "The body is not valid JSON: it is not UTF-8.",
	} {
		err := apply(u, body)
		var p *occhttp.Problem
		require.ErrorAs(t, err, &p, body)
		assert.Equal(t, http.StatusBadRequest, p.Status, body)
		assert.Equal(t, detail, p.Detail, body)
	}
	assert.Equal(t, u.Version, client.User.GetX(ctx, u.ID).Version, "nothing was written")
	stale := *u
	require.NoError(t, apply(u, `{}`))
	u.Update().SetAge(1).ExecX(ctx)
	assert.True(t, ent.IsRecordModified(apply(&stale, `{"settings": {"tab": "8"}}`)), "a merge with what has changed")
}

func TestReadPatch_TakesMergePatchesAlone(t *testing.T) {
	for media, status := range map[string]int{
		occhttp.MergePatchType: 0, occhttp.MergePatchType + "; charset=utf-8": 0, "application/json": 0,
		"": http.StatusUnsupportedMediaType, "text/plain": http.StatusUnsupportedMediaType,
		"application/json-patch+json": http.StatusUnsupportedMediaType, ";": http.StatusUnsupportedMediaType,
	} {
		r := httptest.NewRequest(http.MethodPatch, "/", strings.NewReader(`{"age": 1}`))
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		patch, err := occhttp.ReadPatch(w, r, 100)
		if status == 0 {
			require.NoError(t, err, media)
			assert.Equal(t, []string{"age"}, patch.Members())
			assert.True(t, patch.Has("age"))
			continue
		}
		var p *occhttp.Problem
		require.ErrorAs(t, err, &p, media)
		assert.Equal(t, status, p.Status, media)
		assert.Equal(t, occhttp.MergePatchType, w.Header().Get("Accept-Patch"))
	}
	r := httptest.NewRequest(http.MethodPatch, "/", strings.NewReader(`{"name": "`+strings.Repeat("x", 100)+`"}`))
	r.Header.Set("Content-Type", occhttp.MergePatchType)
	_, err := occhttp.ReadPatch(httptest.NewRecorder(), r, 100)
	require.Error(t, err)
	assert.Equal(t, http.StatusRequestEntityTooLarge, occhttp.ProblemOf(r, err).Status)
}

// A merge is made of what was loaded, which "If-Match: *" alone would not compare.
func TestCondition_ForAnEntityExpectsItsVersion(t *testing.T) {
	client := openExample(t.Name())
	ctx := t.Context()
	u := client.User.Create().SetName("Ada").SaveX(ctx)
	other := client.User.Create().SetName("Bob").SaveX(ctx)
	tag := func(u *ent.User) string {
		tag, err := occhttp.Tag(u)
		require.NoError(t, err)
		return tag.String()
	}
	save := func(u *ent.User, header string) error {
		r := httptest.NewRequest(http.MethodPatch, "/", nil)
		if header != "" {
			r.Header.Set("If-Match", header)
		}
		return client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfMatch(r).For(u)).SetName("saved").Exec(ctx)
	}
	first := tag(u)
	require.NoError(t, save(u, first))
	assert.True(t, ent.IsRecordModified(save(u, first)), "the header and the entity are stale")
	assert.True(t, ent.IsRecordModified(save(u, "*")), "the entity is")
	u = client.User.GetX(ctx, u.ID)
	assert.True(t, ent.IsRecordModified(save(u, first)), "the header is")
	assert.True(t, ent.IsRecordModified(save(u, tag(other))))
	assert.True(t, ent.IsRecordModified(save(u, "W/"+tag(u))))
	assert.True(t, ent.IsVersionError(save(u, "")))
	assert.True(t, ent.IsVersionError(save(u, "1")))
	require.NoError(t, save(u, first+", "+tag(u)))
	u = client.User.GetX(ctx, u.ID)
	require.NoError(t, save(u, "*"))
	wrong := client.User.UpdateOneID(other.ID).IfMatch(occhttp.IfMatch(httptest.NewRequest(http.MethodPatch, "/", nil)).For(u)).SetName("lost").Exec(ctx)
	require.Error(t, wrong)
}

// Package json matches names in any case, and a merge by the letter: what means one thing to the client must not be another here.
func TestPatch_NamesOfStructsAreExact(t *testing.T) {
	type base struct {
		Size int `json:"size,omitempty"`
	}
	type settings struct {
		base
		Theme string              `json:"theme"`
		Tabs  []map[string]string `json:"tabs,omitempty"`
		Bare  *struct{ X int }
	}
	apply := func(body string) (got settings, err error) {
		patch, err := occhttp.ParsePatch([]byte(body))
		require.NoError(t, err)
		occhttp.MergeOrClear(patch, "settings", settings{Theme: "dark", base: base{Size: 1}}, func(s settings) bool { got = s; return true }, func() bool { got = settings{}; return true })
		occhttp.Set(patch, "list", func(l []settings) bool { got = l[0]; return true })
		occhttp.Set(patch, "names", func([]string) bool { return true })
		return got, patch.Err()
	}
	got, err := apply(`{"settings": {"theme": "light", "size": null, "Bare": {"X": 2}, "tabs": [{"Any": "x"}]}}`)
	require.NoError(t, err)
	assert.Equal(t, "light", got.Theme)
	assert.Zero(t, got.Size)
	assert.Equal(t, 2, got.Bare.X)
	got, err = apply(`{"settings": null}`)
	require.NoError(t, err)
	assert.Equal(t, settings{}, got)
	for body, problem := range map[string]string{
		`{"settings": {"Theme": "light"}}`:         `it has no "Theme"`,
		`{"settings": {"THEME": null}}`:            `it has no "THEME"`,
		`{"settings": {"Bare": {"x": 1}}}`:         `it has no "x"`,
		`{"settings": {"SIZE": 1}}`:                `it has no "SIZE"`,
		`{"settings": {"base": {"size": 1}}}`:      `it has no "base"`,
		`{"list": [{"theme": "a", "Theme": "b"}]}`: `it has no "Theme"`,
		`{"list": [null]}`:                         "null is not allowed in a list",
		`{"names": ["a", null]}`:                   "null is not allowed in a list",
	} {
		_, err := apply(body)
		require.ErrorContains(t, err, problem, body)
	}
}

func TestPatch_KeepsNumbersAndStopsAtADepth(t *testing.T) {
	patch, err := occhttp.ParsePatch([]byte(`{"any": {"n": 9007199254740993}, "null": null}`))
	require.NoError(t, err)
	var got map[string]any
	occhttp.Merge(patch, "any", map[string]any{"m": 1}, func(v map[string]any) bool { got = v; return true })
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Equal(t, `{"m":1,"n":9007199254740993}`, string(text))
	occhttp.Merge(patch, "null", map[string]any{}, func(map[string]any) bool { t.Error("set"); return true })
	require.ErrorContains(t, patch.Err(), "null can't be null")

	_, err = occhttp.ParsePatch([]byte(`{"a":` + strings.Repeat("[", 5_000_000)))
	require.ErrorContains(t, err, "nested too deep")
	_, err = occhttp.MergePatch([]byte(`{}`), []byte(strings.Repeat(`{"a":`, 5_000_000)))
	require.ErrorContains(t, err, "nested too deep")
}
