package occhttp

import (
	"errors"
	"strings"

	"github.com/entocc/entocc"
)

// maxHeader is the largest If-Match or If-None-Match that is read, in bytes over all of its lines. It holds hundreds of
// tags; a larger one is an attack or a mistake.
const maxHeader = 8 << 10

// Tags is the value of an If-Match or If-None-Match header: "*", or a list of one or more tags.
type Tags struct {
	// Any is the value "*". List is empty then.
	Any bool
	// List holds the tags in their order.
	List []ETag
}

var (
	errTooLarge     = errors.New("the header is larger than 8 kB")
	errEmpty        = errors.New("the header is empty")
	errMixed        = errors.New(`"*" stands alone, not in a list`)
	errUnquoted     = errors.New(`an entity tag is quoted, as in "1"`)
	errUnterminated = errors.New("an entity tag has no closing quote")
	errCharacter    = errors.New("an entity tag holds a space or control character")
	errSeparator    = errors.New("entity tags are separated by commas")
)

// Accept returns what the tags accept of a row: the versions that they name of it, by strong comparison. It is for conditions that travel
// otherwise than in a header.
func (t Tags) Accept(key entocc.VersionKey) entocc.Accepted {
	accepted := entocc.Accepted{Any: t.Any}
	seen := make(map[any]bool, len(t.List))
	for _, tag := range t.List {
		version, ok := versionIn(tag.Opaque, key)
		if ok && !tag.Weak && !seen[version] {
			seen[version] = true
			accepted.Versions = append(accepted.Versions, version)
		}
	}
	return accepted
}

// ParseTags reads the lines of an If-Match or If-None-Match header by the grammar of RFC 9110, sections 8.8.3, 13.1.1 and
// 13.1.2. It takes what the grammar has, and nothing else: a header that says anything different is an error, never an
// empty list.
//
//	tags, err := occhttp.ParseTags(r.Header.Values("If-Match"))
func ParseTags(lines []string) (Tags, error) {
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	if size > maxHeader {
		return Tags{}, errTooLarge
	}
	var tags Tags
	for _, line := range lines {
		if err := tags.parseLine(line); err != nil {
			return Tags{}, err
		}
	}
	switch {
	case tags.Any && len(tags.List) > 0:
		return Tags{}, errMixed
	case !tags.Any && len(tags.List) == 0:
		return Tags{}, errEmpty
	}
	return tags, nil
}

// parseLine reads one line, which is "*" or a list by itself. Empty elements of a list are allowed (section 5.6.1.2).
func (t *Tags) parseLine(line string) error {
	rest := strings.Trim(line, " \t")
	if rest == "" {
		return errEmpty
	}
	if rest == "*" {
		if t.Any {
			return errMixed
		}
		t.Any = true
		return nil
	}
	for rest != "" {
		if rest[0] == ',' {
			rest = strings.TrimLeft(rest[1:], " \t")
			continue
		}
		tag, after, err := cutTag(rest)
		if err != nil {
			return err
		}
		t.List = append(t.List, tag)
		rest = strings.TrimLeft(after, " \t")
		if rest != "" && rest[0] != ',' {
			return errSeparator
		}
	}
	return nil
}

// cutTag reads the entity tag at the beginning of s. Commas belong to it, and a backslash escapes nothing.
func cutTag(s string) (tag ETag, after string, err error) {
	s, tag.Weak = strings.CutPrefix(s, "W/")
	s, quoted := strings.CutPrefix(s, `"`)
	if !quoted {
		if strings.HasPrefix(s, "*") {
			return ETag{}, "", errMixed
		}
		return ETag{}, "", errUnquoted
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			tag.Opaque = s[:i]
			return tag, s[i+1:], nil
		case c <= 0x20 || c == 0x7f:
			return ETag{}, "", errCharacter
		}
	}
	return ETag{}, "", errUnterminated
}

// strong reports whether the header accepts the tag by strong comparison, as If-Match does.
func (t Tags) strong(tag ETag) bool {
	for _, other := range t.List {
		if tag.StrongMatch(other) {
			return true
		}
	}
	return t.Any
}

// weak reports whether the header names the tag by weak comparison, as If-None-Match does.
func (t Tags) weak(tag ETag) bool {
	for _, other := range t.List {
		if tag.WeakMatch(other) {
			return true
		}
	}
	return t.Any
}
