package occhttp_test

import (
	"html/template"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
)

// FuzzForm holds posted forms to what was signed: they panic on nothing, they lose no text that was typed, and a version is
// accepted only under a state that this signer has made for it, whatever the inputs are called.
func FuzzForm(f *testing.F) {
	signer, err := occhttp.NewSigner(occhttp.Key{ID: "a", Secret: secret(1)})
	require.NoError(f, err)
	form, err := signer.Form(note{"7", 3}, occhttp.Values{"title": "one", "text": "two\r\nlines"})
	require.NoError(f, err)
	signed := stateOf(form.State())
	other, err := occhttp.NewSigner(occhttp.Key{ID: "a", Secret: secret(2)})
	require.NoError(f, err)
	forged, err := other.Form(note{"7", 3}, occhttp.Values{"title": "one"})
	require.NoError(f, err)

	f.Add(form.Name("state"), signed, form.Name("title"), "typed", form.Token())
	f.Add(form.Name("state"), stateOf(forged.State()), form.Name("title"), "typed", forged.Token())
	f.Add(form.Name("state"), form.Token(), form.Name("choice.title"), "theirs", signed)
	f.Add("fAAAAAAAAAAAA.state", signed, "fAAAAAAAAAAAA.title", "typed", "")
	f.Add("", "", ".", "\r", "a..")
	f.Add(form.Name("state"), strings.ToUpper(signed), "state", signed, "..")
	f.Fuzz(func(t *testing.T, name, state, field, text, from string) {
		posted := url.Values{name: {state}}
		posted.Add(field, text)
		read := signer.ReadForm("Note", posted)
		require.NotNil(t, read)
		accepted := read.Accept(entocc.VersionKey{Type: "Note", ID: "7", Version: int64(0)})
		if accepted.Err == nil && len(accepted.Versions) > 0 {
			require.Equal(t, []any{int64(3)}, accepted.Versions)
			require.Contains(t, []string{state, text}, signed, "only what was signed is accepted")
		}
		require.False(t, accepted.Any)
		for _, one := range signer.ReadForms("Note", posted) {
			_ = one.Changed()
			_ = one.Choose()
		}
		if since, err := signer.FormSince(note{"7", 3}, occhttp.Values{"title": "now"}, from); err == nil {
			require.NotContains(t, string(since.State()), "<script")
		}
		if of := signer.FormOf("Note", from); of != nil {
			require.True(t, of.Stale)
		}
	})
}

// stateOf is the value of the hidden input.
func stateOf(input template.HTML) string {
	_, after, _ := strings.Cut(string(input), `value="`)
	value, _, _ := strings.Cut(after, `"`)
	return value
}
