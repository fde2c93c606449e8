package occhttp_test

import (
	"strings"
	"testing"

	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func strong(opaque ...string) (list []occhttp.ETag) {
	for _, o := range opaque {
		list = append(list, occhttp.ETag{Opaque: o})
	}
	return list
}

func TestParseTags_ReadsTheGrammar(t *testing.T) {
	for name, tt := range map[string]struct {
		lines []string
		want  occhttp.Tags
	}{
		"one tag":                         {[]string{`"1"`}, occhttp.Tags{List: strong("1")}},
		"empty tag":                       {[]string{`""`}, occhttp.Tags{List: strong("")}},
		"any":                             {[]string{"*"}, occhttp.Tags{Any: true}},
		"any with white space":            {[]string{" \t* "}, occhttp.Tags{Any: true}},
		"quoted star is a tag":            {[]string{`"*"`}, occhttp.Tags{List: strong("*")}},
		"weak":                            {[]string{`W/"1"`}, occhttp.Tags{List: []occhttp.ETag{{Weak: true, Opaque: "1"}}}},
		"list with odd white space":       {[]string{"\"a\", \"b\" \t,\"c\""}, occhttp.Tags{List: strong("a", "b", "c")}},
		"comma inside quotes":             {[]string{`"a,b", "c"`}, occhttp.Tags{List: strong("a,b", "c")}},
		"backslash escapes nothing":       {[]string{`"a\", "b"`}, occhttp.Tags{List: strong(`a\`, "b")}},
		"empty elements":                  {[]string{`, "a",, "b" ,`}, occhttp.Tags{List: strong("a", "b")}},
		"several lines":                   {[]string{`"a", "b"`, `"c"`}, occhttp.Tags{List: strong("a", "b", "c")}},
		"bytes above ASCII":               {[]string{"\"\xe4\""}, occhttp.Tags{List: strong("\xe4")}},
		"W/ inside quotes is only octets": {[]string{`"W/1"`}, occhttp.Tags{List: strong("W/1")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := occhttp.ParseTags(tt.lines)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParseTags_RefusesEverythingElse(t *testing.T) {
	for name, lines := range map[string][]string{
		"no line":                         nil,
		"empty":                           {""},
		"white space":                     {" \t"},
		"commas only":                     {", ,"},
		"unquoted":                        {"1"},
		"unquoted in a list":              {`"1", 2`},
		"unterminated":                    {`"1`},
		"unterminated over two lines":     {`"a`, `b"`},
		"weak without a tag":              {"W/"},
		"weak unquoted":                   {"W/1"},
		"lower-case weak":                 {`w/"1"`},
		"weak with a space":               {`W/ "1"`},
		"space inside":                    {`"a b"`},
		"control character inside":        {"\"a\x01\""},
		"delete character inside":         {"\"a\x7f\""},
		"no comma":                        {`"a" "b"`},
		"nothing between tags":            {`"a""b"`},
		"other separator":                 {`"a"; "b"`},
		"star in a list":                  {`*, "a"`},
		"star at the end of a list":       {`"a", *`},
		"star and list on two lines":      {"*", `"a"`},
		"two stars":                       {"*", "*"},
		"two stars on a line":             {"*, *"},
		"good line and empty line":        {`"a"`, ""},
		"10 kB":                           {`"` + strings.Repeat("a", 10<<10) + `"`},
		"10 kB over several lines":        {`"` + strings.Repeat("a", 5<<10) + `"`, `"` + strings.Repeat("a", 5<<10) + `"`},
		"single quotes":                   {`'1'`},
		"white space that is none in RFC": {"\u00a0\"1\""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := occhttp.ParseTags(lines)
			require.Error(t, err)
			assert.Zero(t, got, "no part of a bad header is used")
		})
	}
}

func TestETag_Comparison(t *testing.T) {
	// The table of RFC 9110, section 8.8.3.2.
	for _, tt := range []struct {
		a, b         occhttp.ETag
		strong, weak bool
	}{
		{occhttp.ETag{Weak: true, Opaque: "1"}, occhttp.ETag{Weak: true, Opaque: "1"}, false, true},
		{occhttp.ETag{Weak: true, Opaque: "1"}, occhttp.ETag{Weak: true, Opaque: "2"}, false, false},
		{occhttp.ETag{Weak: true, Opaque: "1"}, occhttp.ETag{Opaque: "1"}, false, true},
		{occhttp.ETag{Opaque: "1"}, occhttp.ETag{Opaque: "1"}, true, true},
	} {
		assert.Equal(t, tt.strong, tt.a.StrongMatch(tt.b), "%s %s", tt.a, tt.b)
		assert.Equal(t, tt.strong, tt.b.StrongMatch(tt.a), "%s %s", tt.b, tt.a)
		assert.Equal(t, tt.weak, tt.a.WeakMatch(tt.b), "%s %s", tt.a, tt.b)
	}
}

// FuzzParseIfMatch holds the parser to its grammar: what it takes is what it would write itself, it takes no list without
// a tag, and a header that was cut off is never more than it was.
func FuzzParseIfMatch(f *testing.F) {
	for _, seed := range []string{`"1"`, "*", `W/"1"`, `"a,b" , "c"`, `"a`, "", "a", `, "a",,`, "\"\x00\"", `*, "a"`, `"a""b"`, "W/", `"User/7/3"`} {
		f.Add(seed, "")
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		lines := []string{first}
		if second != "" {
			lines = append(lines, second)
		}
		tags, err := occhttp.ParseTags(lines)
		if err != nil {
			require.Zero(t, tags)
			return
		}
		require.LessOrEqual(t, len(first)+len(second), 8<<10)
		require.Equal(t, tags.Any, len(tags.List) == 0)
		var written []string
		for _, tag := range tags.List {
			require.NotContains(t, tag.Opaque, `"`)
			require.False(t, strings.ContainsFunc(tag.Opaque, func(r rune) bool { return r <= ' ' || r == 0x7f }))
			written = append(written, tag.String())
		}
		if tags.Any {
			written = []string{"*"}
		}
		again, err := occhttp.ParseTags([]string{strings.Join(written, ",")})
		require.NoError(t, err)
		require.Equal(t, tags, again)
	})
}
