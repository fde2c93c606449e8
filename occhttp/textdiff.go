package occhttp

import "strings"

// Span is a piece of a text that was changed.
type Span struct {
	// Kind is "same", "del" for what is gone, or "ins" for what is new.
	Kind string
	Text string
}

// maxCells bounds the work of a comparison: the product of the numbers of words.
const maxCells = 1 << 20

// TextDiff compares two texts word by word, for a page that shows what somebody changed in a long one:
//
//	{{ range .Spans }}{{ if eq .Kind "ins" }}<ins>{{ .Text }}</ins>{{ else if eq .Kind "del" }}<del>{{ .Text }}</del>{{ else }}{{ .Text }}{{ end }}{{ end }}
//
// The texts of the spans without the "ins" are a, and without the "del" b. Texts with too many changed words are compared
// line by line.
func TextDiff(a, b string) []Span {
	spans := diffBy(words(a), words(b), false)
	if spans == nil {
		spans = diffBy(strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n"), true)
	}
	return spans
}

// diffBy returns nil where there is too much to compare, except on the last try: there all of the middle has changed.
func diffBy(a, b []string, last bool) []Span {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var d spans
	d.add("same", a[:start]...)
	switch middleA, middleB := a[start:len(a)-end], b[start:len(b)-end]; {
	case len(middleA)*len(middleB) <= maxCells:
		d.lcs(middleA, middleB)
	case !last:
		return nil
	default:
		d.add("del", middleA...)
		d.add("ins", middleB...)
	}
	d.add("same", a[len(a)-end:]...)
	if d == nil {
		d = spans{}
	}
	return d
}

type spans []Span

// add appends pieces, and joins neighbours of one kind.
func (d *spans) add(kind string, pieces ...string) {
	text := strings.Join(pieces, "")
	if text == "" {
		return
	}
	if n := len(*d); n > 0 && (*d)[n-1].Kind == kind {
		(*d)[n-1].Text += text
		return
	}
	*d = append(*d, Span{Kind: kind, Text: text})
}

// lcs adds the difference of a and b by their longest common subsequence.
func (d *spans) lcs(a, b []string) {
	width := len(b) + 1
	long := make([]int32, (len(a)+1)*width) // of a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i*width+j] = long[(i+1)*width+j+1] + 1
			} else {
				long[i*width+j] = max(long[(i+1)*width+j], long[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			d.add("same", a[i])
			i, j = i+1, j+1
		case long[(i+1)*width+j] >= long[i*width+j+1]:
			d.add("del", a[i])
			i++
		default:
			d.add("ins", b[j])
			j++
		}
	}
	d.add("del", a[i:]...)
	d.add("ins", b[j:]...)
}

// words splits a text into words, each with the white space that follows it.
func words(text string) []string {
	var list []string
	start, space := 0, false
	for i, r := range text {
		isSpace := r == ' ' || r == '\n' || r == '\t'
		if space && !isSpace {
			list = append(list, text[start:i])
			start = i
		}
		space = isSpace
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}
