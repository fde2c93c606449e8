package occhttp_test

import (
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
)

// note is a row, for forms.
type note struct {
	id      string
	version int64
}

func (n note) VersionKey() entocc.VersionKey {
	return entocc.VersionKey{Type: "Note", ID: n.id, Version: n.version}
}

func formSigner(t *testing.T, ids ...string) *occhttp.Signer {
	t.Helper()
	var keys []occhttp.Key
	for _, id := range ids {
		keys = append(keys, occhttp.Key{ID: id, Secret: []byte(strings.Repeat(id, 32))})
	}
	signer, err := occhttp.NewSigner(keys[0], keys[1:]...)
	require.NoError(t, err)
	return signer
}

// post is what a browser posts of a form, with changes by field.
func post(t *testing.T, form *occhttp.Form, changes ...string) url.Values {
	t.Helper()
	input := regexp.MustCompile(`name="([^"]*)" value="([^"]*)"`).FindStringSubmatch(string(form.State()))
	require.Len(t, input, 3)
	posted := url.Values{html.UnescapeString(input[1]): {html.UnescapeString(input[2])}}
	for field, text := range form.Mine {
		posted.Set(form.Name(field), strings.ReplaceAll(text, "\n", "\r\n"))
	}
	for i := 0; i < len(changes); i += 2 {
		posted.Set(form.Name(changes[i]), changes[i+1])
	}
	return posted
}

func accepts(form *occhttp.Form, n note) bool {
	a := form.Accept(entocc.VersionKey{Type: "Note", ID: n.id, Version: int64(0)})
	return a.Err == nil && len(a.Versions) == 1 && a.Versions[0] == n.version
}

var base = occhttp.Values{"title": "tea", "text": "one\r\ntwo"}

func TestForm_VersionBaseAndTextComeBackAsOne(t *testing.T) {
	signer := formSigner(t, "a")
	form, err := signer.Form(note{"a/b?", 7}, base)
	require.NoError(t, err)
	read := signer.ReadForm("Note", post(t, form, "title", "coffee"))
	require.NoError(t, read.Err)
	assert.Equal(t, []string{"a/b?"}, read.ID)
	assert.Equal(t, []string{"title"}, read.Changed(), "line breaks are no change")
	assert.True(t, accepts(read, note{"a/b?", 7}))
	assert.False(t, accepts(read, note{"a", 7}))

	posted := post(t, form)
	posted.Del(form.Name("text"))
	assert.Empty(t, signer.ReadForm("Note", posted).Changed(), "what was not posted is not cleared")
}

func TestForm_NamesAndIdsHaveTheVersionInThem(t *testing.T) {
	one, err := formSigner(t, "a").Form(note{"1", 1}, base)
	require.NoError(t, err)
	two, err := formSigner(t, "a").Form(note{"1", 2}, base)
	require.NoError(t, err)
	other, err := formSigner(t, "a").Form(note{"2", 1}, base)
	require.NoError(t, err)
	assert.NotEqual(t, one.Name("title"), two.Name("title"))
	assert.NotEqual(t, one.Name("title"), other.Name("title"))
	rotated, err := formSigner(t, "b", "a").Form(note{"1", 1}, base)
	require.NoError(t, err)
	assert.Equal(t, one.Name("title"), rotated.Name("title"), "keys come and go")
	assert.Contains(t, string(one.Attrs("title")), `id="`+one.Name("title")+`"`)
}

func TestForm_TextsBesideTheStateOfAnotherVersionAreRefused(t *testing.T) {
	signer := formSigner(t, "a")
	old, err := signer.Form(note{"1", 1}, base)
	require.NoError(t, err)
	fresh, err := signer.Form(note{"1", 2}, base)
	require.NoError(t, err)
	state := post(t, fresh).Get(fresh.Name("state"))
	posted := post(t, old, "title", "old text", "state", state)
	read := signer.ReadForm("Note", posted)
	require.Error(t, read.Err)
	assert.Equal(t, "old text", read.Text("title"), "what was typed is there")
	assert.Error(t, read.Accept(entocc.VersionKey{Type: "Note", ID: "1", Version: int64(0)}).Err)

	for name, refused := range map[string]string{"missing": "", "cut off": state[:len(state)/2], "a token": fresh.Token(), "tampered": strings.Replace(state, ".", ".x", 1)} {
		read := signer.ReadForm("Note", post(t, fresh, "title", "typed", "state", refused))
		require.Error(t, read.Err, name)
		assert.Equal(t, "typed", read.Text("title"), name)
		assert.Error(t, read.Accept(entocc.VersionKey{Type: "Note", ID: "1", Version: int64(0)}).Err, name)
	}
	assert.Error(t, signer.ReadForm("Other", post(t, fresh)).Err, "of another type")
	assert.Error(t, formSigner(t, "b").ReadForm("Note", post(t, fresh)).Err, "of a key that is gone")
	assert.NoError(t, formSigner(t, "b", "a").ReadForm("Note", post(t, fresh)).Err, "of an older key")
	assert.Error(t, signer.ReadForm("Note", url.Values{"title": {"x"}}).Err)
	assert.Error(t, signer.ReadForm("Note", nil).Err)
	_, err = signer.Row("Note", state)
	assert.Error(t, err, "a state is no token")
}

func TestFormSince_PageOfAVersionThatIsGoneStaysOne(t *testing.T) {
	signer := formSigner(t, "a")
	first, err := signer.Form(note{"1", 1}, base)
	require.NoError(t, err)
	again, err := signer.FormSince(note{"1", 1}, base, first.Token())
	require.NoError(t, err)
	assert.False(t, again.Stale)

	stale, err := signer.FormSince(note{"1", 2}, occhttp.Values{"title": "theirs", "text": ""}, first.Token())
	require.NoError(t, err)
	assert.True(t, stale.Stale)
	assert.Equal(t, first.Name("title"), stale.Name("title"), "the browser finds its text's place")
	read := signer.ReadForm("Note", post(t, stale, "title", "mine"))
	require.NoError(t, read.Err)
	assert.True(t, accepts(read, note{"1", 1}), "and it is a conflict still")
	assert.Nil(t, read.Base)

	dropped, err := formSigner(t, "b").FormSince(note{"1", 1}, base, first.Token())
	require.NoError(t, err)
	assert.True(t, dropped.Stale)
	assert.Equal(t, first.Name("title"), dropped.Name("title"))
	assert.Error(t, formSigner(t, "b").ReadForm("Note", post(t, dropped, "title", "mine")).Err)

	for _, from := range []string{"", "x", "a.b.c", strings.Repeat("x", 9000)} {
		form, err := signer.FormSince(note{"1", 2}, base, from)
		require.NoError(t, err)
		assert.False(t, form.Stale, from)
	}
	form, err := signer.FormSince(note{"2", 2}, base, first.Token())
	require.NoError(t, err)
	assert.False(t, form.Stale, "of another row")
}

func TestFormOf_RowThatIsGoneKeepsThePlacesOfTexts(t *testing.T) {
	signer := formSigner(t, "a")
	first, err := signer.Form(note{"1", 1}, base)
	require.NoError(t, err)
	gone := signer.FormOf("Note", first.Token())
	require.NotNil(t, gone)
	assert.Equal(t, first.Name("title"), gone.Name("title"))
	read := signer.ReadForm("Note", post(t, gone, "title", "typed"))
	assert.True(t, accepts(read, note{"1", 1}), "which meets no row")
	assert.Equal(t, "typed", read.Text("title"))
	assert.Nil(t, signer.FormOf("Other", first.Token()))
	assert.Nil(t, signer.FormOf("Note", "x"))
	assert.Error(t, formSigner(t, "b").FormOf("Note", first.Token()).Err)
}

func TestReadForm_NamesCannotCarryMarkup(t *testing.T) {
	form := formSigner(t, "a").ReadForm("Note", url.Values{`f"><script>xy.state`: {"x"}, `f"><script>xy.title`: {"typed"}})
	assert.NotContains(t, string(form.State()), "<script")
	assert.NotContains(t, string(form.Attrs(`"><script>`)), "<script")
}

func TestForm_IDTooLongForATokenIsRefused(t *testing.T) {
	_, err := formSigner(t, "a").Form(note{strings.Repeat("x", 5000), 1}, base)
	assert.True(t, entocc.IsVersionError(err))
}

func TestForm_Merge(t *testing.T) {
	signer := formSigner(t, "a")
	form, err := signer.Form(note{"1", 1}, occhttp.Values{"mine": "0", "theirs": "0", "both": "0", "same": "0", "none": "0"})
	require.NoError(t, err)
	read := signer.ReadForm("Note", post(t, form, "mine", "m", "both", "m", "same", "s"))
	now, err := signer.Form(note{"1", 2}, occhttp.Values{"mine": "0", "theirs": "t", "both": "t", "same": "s", "none": "0"})
	require.NoError(t, err)
	merge := read.Onto(now)
	assert.False(t, merge.Settled())
	choices := make(map[string]occhttp.Choice)
	for _, c := range merge.Choices() {
		choices[c.Name] = c
	}
	assert.Equal(t, 1, occhttp.Clashes(merge.Choices()))
	assert.True(t, choices["both"].Clashes() && choices["both"].TakeMine)
	assert.True(t, choices["mine"].Differs && choices["mine"].TakeMine)
	assert.True(t, choices["theirs"].Differs && !choices["theirs"].TakeMine)
	assert.False(t, choices["same"].Differs || choices["none"].Differs)

	chosen := signer.ReadForm("Note", post(t, merge, "choice.both", "theirs", "choice.theirs", "theirs", "choice.mine", "mine"))
	require.NoError(t, chosen.Err)
	assert.True(t, accepts(chosen, note{"1", 2}), "the version that was shown as theirs")
	require.Empty(t, chosen.Choose())
	assert.Equal(t, []string{"mine"}, chosen.Changed())

	typed := signer.ReadForm("Note", post(t, merge, "choice.both", "theirs", "both", "typed"))
	assert.Equal(t, []string{"both"}, typed.Choose(), "typed into mine, and chose theirs")
	assert.Equal(t, "typed", typed.Text("both"))
	assert.Equal(t, "0", typed.Choices("both")[0].Base, "what it was first is not forgotten")
	sure := signer.ReadForm("Note", post(t, typed, "choice.both", "theirs"))
	require.Empty(t, sure.Choose(), "once more is meant")
	assert.Equal(t, "t", sure.Text("both"))
}

func TestForm_SecondClickIsSettled(t *testing.T) {
	signer := formSigner(t, "a")
	form, err := signer.Form(note{"1", 1}, base)
	require.NoError(t, err)
	read := signer.ReadForm("Note", post(t, form, "title", "coffee"))
	saved, err := signer.Form(note{"1", 2}, occhttp.Values{"title": "coffee", "text": "by somebody else"})
	require.NoError(t, err)
	assert.True(t, read.Onto(saved).Settled())
}

func TestReadForms_RowsOfAListKeepApart(t *testing.T) {
	signer := formSigner(t, "a")
	posted := url.Values{"action": {"save"}, "mode": {"skip"}}
	for i, id := range []string{"1", "2", "3"} {
		form, err := signer.Form(note{id, int64(i)}, base)
		require.NoError(t, err)
		for name, list := range post(t, form, "title", "title of "+id) {
			posted[name] = list
		}
		if id == "2" {
			posted.Set(form.Name("state"), "x")
		}
	}
	forms := signer.ReadForms("Note", posted)
	require.Len(t, forms, 3)
	assert.Error(t, forms[0].Err, "the refused one has no ID that anybody vouches for")
	assert.Equal(t, "title of 2", forms[0].Text("title"))
	assert.Equal(t, "title of 3", forms[2].Text("title"))
}

func TestTextDiff_SpansMakeBothTexts(t *testing.T) {
	long := strings.Repeat("word and ", 3000)
	for _, texts := range [][2]string{
		{"", ""},
		{"a", ""},
		{"", "b"},
		{"one two three", "one 2 three"},
		{"same", "same"},
		{"ä ö\nü", "ä ü\nö"},
		{long, "first " + long + "last"},
		{long, strings.ReplaceAll(long, "and", "or")},
		{"x\n" + long, strings.ToUpper(long) + "\ny"},
	} {
		var a, b string
		for _, span := range occhttp.TextDiff(texts[0], texts[1]) {
			if span.Kind != "ins" {
				a += span.Text
			}
			if span.Kind != "del" {
				b += span.Text
			}
		}
		assert.Equal(t, texts[0], a)
		assert.Equal(t, texts[1], b)
	}
	assert.Equal(t, []occhttp.Span{{Kind: "same", Text: "one "}, {Kind: "del", Text: "two "}, {Kind: "ins", Text: "2 "}, {Kind: "same", Text: "three"}},
		occhttp.TextDiff("one two three", "one 2 three"))
}

func TestFormError_IsWhatItsCauseIs(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/notes/1", nil)
	wrong := &occhttp.FormError{Wrong: map[string]string{"title": "too long: secret"}}
	assert.Equal(t, http.StatusBadRequest, occhttp.ProblemOf(r, wrong).Status)
	assert.NotContains(t, wrong.Error(), "secret")
	conflict := &occhttp.FormError{Err: &entocc.RecordModifiedError{Type: "Note"}}
	assert.Equal(t, http.StatusConflict, occhttp.ProblemOf(r, conflict).Status)
	assert.True(t, occhttp.IsFormError(errors.Join(conflict)))
	assert.False(t, occhttp.IsFormError(nil))
}
