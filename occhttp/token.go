package occhttp

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/entocc/entocc"
)

// maxToken is the largest token that is read, in bytes.
const maxToken = 4 << 10

// minSecret is the smallest secret, in bytes: HMAC-SHA-256 is as strong as its output then (RFC 2104, section 3).
const minSecret = 32

// Key is a key that signs tokens.
type Key struct {
	// ID names the key in tokens: letters, digits, - and _, at most 32 of them.
	ID string
	// Secret is at least 32 random bytes.
	Secret []byte
}

// Signer signs the versions that forms carry, so that a browser can bring a version back that its user saw, and no other
// one. It is bound to type and ID: a token of one row is useless for another.
//
//	<input type="hidden" name="version" value="{{ .Token }}">
//
//	token, err := signer.Sign(product)
//	client.Product.UpdateOneID(id).IfMatch(signer.IfMatch(r.PostFormValue("version"))).SetName(name).Save(ctx)
//
// A token is not an authorization, and it can be read: it contains type, ID and version.
type Signer struct {
	current Key
	keys    map[string]Key
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// NewSigner returns a signer that signs with the current key, and takes tokens of the older ones as well: add a new key
// in front, and drop an old one when no form is open anymore that it signed.
func NewSigner(current Key, older ...Key) (*Signer, error) {
	s := &Signer{current: current, keys: make(map[string]Key)}
	for _, k := range append([]Key{current}, older...) {
		switch {
		case !keyID.MatchString(k.ID):
			return nil, fmt.Errorf("entocc: %q is not a valid key ID: use up to 32 letters, digits, - and _", k.ID)
		case len(k.Secret) < minSecret:
			return nil, fmt.Errorf("entocc: the secret of key %q has %d bytes: use %d random ones or more", k.ID, len(k.Secret), minSecret)
		case s.keys[k.ID].ID != "":
			return nil, fmt.Errorf("entocc: two keys have the ID %q", k.ID)
		}
		k.Secret = append([]byte(nil), k.Secret...)
		s.keys[k.ID] = k
	}
	return s, nil
}

// Sign returns the token of this version of an entity, for a hidden field of a form or a checkbox of a list. It is text
// of letters, digits, ".", "-" and "_".
func (s *Signer) Sign(entity entocc.Versioned) (string, error) { return s.SignKey(entity.VersionKey()) }

// SignKey is [Signer.Sign] for what is not a generated entity.
func (s *Signer) SignKey(key entocc.VersionKey) (string, error) {
	tag, err := TagOf(key)
	if err != nil {
		return "", err
	}
	token := s.sign(tag.Opaque)
	if len(token) > maxToken {
		return "", &entocc.VersionError{Type: key.Type, Reason: fmt.Sprintf("the ID makes its token larger than %d bytes", maxToken)}
	}
	return token, nil
}

var (
	errNoToken  = errors.New("the form has no version: reload the page and try again")
	errBadToken = errors.New("the version of the form can't be read: reload the page and try again")
	errForgery  = errors.New("the version of the form was not signed here, or was signed too long ago: reload the page and try again")
	errOtherRow = errors.New("the version of the form is that of another record: reload the page and try again")
)

// open returns the opaque tag that a token holds, if one of the keys signed it.
func (s *Signer) open(token string) (opaque string, err error) {
	if len(token) > maxToken {
		return "", errBadToken
	}
	return s.unseal(tokenWords, token)
}

// unseal returns what seal has signed with the same words.
func (s *Signer) unseal(words, token string) (payload string, err error) {
	if token == "" {
		return "", errNoToken
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errBadToken
	}
	k, known := s.keys[parts[0]]
	if !known {
		return "", errForgery
	}
	encoding := base64.RawURLEncoding.Strict()
	read, err := encoding.DecodeString(parts[1])
	if err != nil || strings.ContainsAny(token, "\r\n") {
		return "", errBadToken
	}
	sum, err := encoding.DecodeString(parts[2])
	if err != nil {
		return "", errBadToken
	}
	if !hmac.Equal(sum, macOf(k, words, string(read))) {
		return "", errForgery
	}
	return string(read), nil
}

// IfMatch returns what a token expects, for a builder. A token that is missing, tampered with, signed by no key of the
// signer, or that of another row fails the write with a VersionError, which is a 400.
func (s *Signer) IfMatch(token string) entocc.Condition {
	opaque, err := s.open(token)
	return &tokenCondition{opaque: opaque, err: err}
}

// Row reads the row of a token in a list, such as the value of a checkbox. Its error is that of [Signer.IfMatch].
//
//	for _, token := range r.PostForm["selected"] {
//		row, err := signer.Row(ent.TypeProduct, token)
//		...
//		id, err := strconv.Atoi(row.ID[0])
//		deletes = append(deletes, client.Product.DeleteOneID(id).IfMatch(row))
//	}
func (s *Signer) Row(typ, token string) (*Row, error) {
	opaque, err := s.open(token)
	if err != nil {
		return nil, tokenError(typ, err)
	}
	parts := strings.Split(opaque, "/")
	if len(parts) < 3 || parts[0] != url.PathEscape(typ) {
		return nil, tokenError(typ, errOtherRow)
	}
	row := &Row{condition: &tokenCondition{opaque: opaque}}
	for _, part := range parts[1 : len(parts)-1] {
		id, err := url.PathUnescape(part)
		if err != nil {
			return nil, tokenError(typ, errBadToken)
		}
		row.ID = append(row.ID, id)
	}
	return row, nil
}

// Row is one row, and the version that somebody saw of it. It is the condition of a write of that row.
type Row struct {
	// ID is the primary key as text; one element, several for a composite one.
	ID []string

	condition *tokenCondition
}

// Accept implements [entocc.Condition].
func (r *Row) Accept(key entocc.VersionKey) entocc.Accepted { return r.condition.Accept(key) }

// String implements [entocc.Condition].
func (r *Row) String() string { return r.condition.String() }

// tokenCondition is the condition of a token.
type tokenCondition struct {
	opaque string
	err    error
}

// Accept implements [entocc.Condition].
func (c *tokenCondition) Accept(key entocc.VersionKey) entocc.Accepted {
	if c.err != nil {
		return entocc.Accepted{Err: badToken(c.err)}
	}
	version, ok := versionIn(c.opaque, key)
	if !ok {
		return entocc.Accepted{Err: badToken(errOtherRow)}
	}
	return entocc.Accepted{Versions: []any{version}}
}

// String implements [entocc.Condition].
func (c *tokenCondition) String() string { return c.opaque }

func badToken(err error) error { return &ConditionError{Status: 400, Reason: err.Error()} }

func tokenError(typ string, err error) error {
	return &entocc.VersionError{Type: typ, Reason: "the condition on the version is invalid", Err: badToken(err)}
}
