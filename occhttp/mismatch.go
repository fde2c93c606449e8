package occhttp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/entocc/entocc"
)

// mismatch is the problem of an If-Match that names no version of a row as it was sent, and that says nothing about
// whether the row has changed: its tag is weak, was changed on the way, or is not of this row. It is nil for one that
// names a version, which is another than the row's. key has the version that the row has, or nil where it is not known.
func (c *Condition) mismatch(key entocc.VersionKey) *Problem {
	if c.err != nil || c.tags.Any {
		return nil
	}
	var expected []string
	var weakened, altered *ETag
	for i, tag := range c.tags.List {
		text, ofRow := strings.CutPrefix(tag.Opaque, rowPath(key))
		_, whole := versionIn(tag.Opaque, key)
		switch {
		case !ofRow:
		case key.Version == nil && !tag.Weak:
			return nil // It may well be one that was the row's.
		case whole && !tag.Weak:
			return nil
		case tag.Weak:
			weakened, expected = &c.tags.List[i], append(expected, text)
		default:
			altered = &c.tags.List[i]
		}
	}
	p := &Problem{Type: TypeWeakened, Status: http.StatusPreconditionFailed, Expected: expected, Current: versionText(key.Version)}
	switch {
	case weakened != nil:
		p.Title = "Weak entity tag"
		p.Detail = fmt.Sprintf("%s in If-Match is weak, and a weak tag never matches (RFC 9110, section 13.1.1). "+
			"The server sends strong tags: something on the way weakened it, most likely a proxy that compresses.", weakened)
	case altered != nil:
		p.Title, p.Expected = "Entity tag changed on the way", []string{altered.String()}
		p.Detail = fmt.Sprintf("%s in If-Match is not a tag that the server sends: something on the way changed it, most likely a proxy that compresses.", altered)
	default:
		p.Type, p.Title, p.Expected = TypeModified, "Precondition failed", []string{c.String()}
		p.Detail = fmt.Sprintf("If-Match names no version of the %s. Nothing was written. Read it again, and send its ETag.", noun(key.Type))
		return p
	}
	p.Detail += " Nothing was written. Switch off compression there for this resource, or compress in the service, so that tags come through as they are." +
		p.standing(key)
	return p
}

// standing says whether the row has changed beside, as far as a weak tag shows.
func (p *Problem) standing(key entocc.VersionKey) string {
	if key.Version == nil || p.Title != "Weak entity tag" {
		return ""
	}
	for _, text := range p.Expected {
		if text == p.Current {
			return fmt.Sprintf(" The %s itself has not changed: it is at the version of the tag.", noun(key.Type))
		}
	}
	return fmt.Sprintf(" The %s was changed by somebody else, too.", noun(key.Type))
}
