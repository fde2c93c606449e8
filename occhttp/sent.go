package occhttp

import (
	"errors"
	"strings"

	"github.com/entocc/entocc"
)

// IfTag guards a write by a tag that has come otherwise than in a header, such as a field of a domain object or of a message: the text
// of an [ETag], with its quotes or without. No tag at all refuses the write. It is one tag and no list; "*" expects a row of whatever
// version.
//
//	client.User.UpdateOneID(u.ID).IfMatch(occhttp.IfTag(u.Version)).SetName(u.Name).Exec(ctx)
func IfTag(tag string) entocc.Condition { return sentTag{text: tag} }

// IfTagSent is [IfTag] for a tag that some callers do not know yet. Without one the write goes through, and overwrites what others wrote,
// silently.
func IfTagSent(tag string) entocc.Condition { return sentTag{text: tag, optional: true} }

// sentTag is a tag, or none.
type sentTag struct {
	text     string
	optional bool
}

var (
	errNoTag   = errors.New("occhttp: the write must state the tag of the version that it is based on, and there is none")
	errTagList = errors.New("occhttp: it must be one entity tag, not a list")
)

// Accept implements [entocc.Condition].
func (s sentTag) Accept(key entocc.VersionKey) entocc.Accepted {
	switch {
	case s.text == "" && s.optional:
		return entocc.Accepted{Any: true}
	case s.text == "":
		return entocc.Accepted{Err: errNoTag}
	case s.text == "*":
		return entocc.Accepted{Any: true}
	}
	text := s.text
	if !strings.Contains(text, `"`) {
		text = `"` + text + `"`
	}
	tags, err := ParseTags([]string{text})
	if err == nil && (len(tags.List) != 1 || tags.List[0].String() != text) {
		err = errTagList
	}
	if err != nil {
		return entocc.Accepted{Err: err}
	}
	return tags.Accept(key)
}

// String returns the tag.
func (s sentTag) String() string {
	if s.text == "" {
		return "none"
	}
	return s.text
}
