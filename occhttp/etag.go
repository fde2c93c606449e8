package occhttp

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/entocc/entocc"
)

// ETag is an entity tag (RFC 9110, section 8.8.3).
type ETag struct {
	// Weak is the prefix W/.
	Weak bool
	// Opaque is what stands between the quotes.
	Opaque string
}

// String returns the tag as a header holds it: quoted, with W/ before a weak one.
func (t ETag) String() string {
	if t.Weak {
		return `W/"` + t.Opaque + `"`
	}
	return `"` + t.Opaque + `"`
}

// StrongMatch compares as If-Match asks for it: both are strong, and the same (RFC 9110, section 8.8.3.2).
func (t ETag) StrongMatch(other ETag) bool {
	return !t.Weak && !other.Weak && t.Opaque == other.Opaque
}

// WeakMatch compares as If-None-Match asks for it: both are the same, whether weak or not (RFC 9110, section 8.8.3.2).
func (t ETag) WeakMatch(other ETag) bool { return t.Opaque == other.Opaque }

// Tag returns the strong tag of an entity, "User/7/3". It is that of the row's version, whatever part or form of it the
// response shows: two representations of one version have the same tag. An entity that was loaded without its version
// has none, and is a VersionError.
func Tag(entity entocc.Versioned) (ETag, error) { return TagOf(entity.VersionKey()) }

// TagOf is [Tag] for anything other than a generated entity.
func TagOf(key entocc.VersionKey) (ETag, error) {
	version, err := formatVersion(key)
	if err != nil {
		return ETag{}, err
	}
	return ETag{Opaque: rowPath(key) + version}, nil
}

// SetETag sets the ETag header to the [Tag] of the entity. The response to a write has that of the new version, so the
// client can continue without another GET.
func SetETag(w http.ResponseWriter, entity entocc.Versioned) error {
	tag, err := Tag(entity)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag.String())
	return nil
}

// rowPath is the part of a tag that names the row: "User/7/". Everything in it is escaped, so that no two rows share
// one, and so that it has no character that a tag, a list of tags or an HTML attribute could trip over.
func rowPath(key entocc.VersionKey) string {
	var b strings.Builder
	b.WriteString(url.PathEscape(key.Type))
	b.WriteByte('/')
	ids, composite := key.ID.([]any)
	if !composite {
		ids = []any{key.ID}
	}
	for _, id := range ids {
		b.WriteString(url.PathEscape(formatID(id)))
		b.WriteByte('/')
	}
	return b.String()
}

// formatID writes one ID. The IDs of one ent type have one Go type, so it need not tell 7 from "7".
func formatID(id any) string {
	switch id := id.(type) {
	case string:
		return id
	case interface{ MarshalText() ([]byte, error) }:
		if text, err := id.MarshalText(); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(id)
}
