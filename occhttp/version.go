package occhttp

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/entocc/entocc"
	"github.com/google/uuid"
)

// formatVersion writes a version as text: a number above 2^53 would not survive a client that reads JSON as JavaScript
// does. A time keeps its offset, as SQLite compares times as text.
func formatVersion(key entocc.VersionKey) (string, error) {
	switch v := key.Version.(type) {
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uuid.UUID:
		return v.String(), nil
	case time.Time:
		return url.PathEscape(v.Format(time.RFC3339Nano)), nil
	case nil:
		return "", &entocc.VersionError{Type: key.Type, Reason: "the entity was loaded without its version: add it to the Select of its query"}
	}
	switch v := reflect.ValueOf(key.Version); {
	case v.CanInt() && v.Type().PkgPath() == "":
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint() && v.Type().PkgPath() == "":
		return strconv.FormatUint(v.Uint(), 10), nil
	}
	return "", &entocc.VersionError{Type: key.Type, Reason: fmt.Sprintf("a version cannot be a %T: use an integer, uuid.UUID or time.Time", key.Version)}
}

// parseVersion reads what formatVersion wrote, as the Go type of zero. Nothing else that would read as the same version
// passes, such as 03 or an upper-case UUID: tags are compared octet by octet.
func parseVersion(text string, zero any) (version any, ok bool) {
	var err error
	switch zero.(type) {
	case int64:
		version, err = strconv.ParseInt(text, 10, 64)
	case uuid.UUID:
		version, err = uuid.Parse(text)
	case time.Time:
		version, err = parseTime(text)
	default:
		version, err = parseInteger(text, reflect.ValueOf(zero))
	}
	if err != nil {
		return nil, false
	}
	same, err := formatVersion(entocc.VersionKey{Version: version})
	return version, err == nil && same == text
}

// parseInteger reads an integer of another kind than int64.
func parseInteger(text string, zero reflect.Value) (any, error) {
	switch {
	case zero.CanInt():
		n, err := strconv.ParseInt(text, 10, zero.Type().Bits())
		return reflect.ValueOf(n).Convert(zero.Type()).Interface(), err
	case zero.CanUint():
		n, err := strconv.ParseUint(text, 10, zero.Type().Bits())
		return reflect.ValueOf(n).Convert(zero.Type()).Interface(), err
	}
	return nil, strconv.ErrSyntax
}

func parseTime(text string) (time.Time, error) {
	unescaped, err := url.PathUnescape(text)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, unescaped)
}

// versionIn returns the version that an opaque tag names, if it is one of the row of key.
func versionIn(opaque string, key entocc.VersionKey) (version any, ok bool) {
	text, ok := strings.CutPrefix(opaque, rowPath(key))
	if !ok {
		return nil, false
	}
	return parseVersion(text, key.Version)
}
