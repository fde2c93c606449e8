package occhttp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// signedState is what the hidden input of a form says, signed.
type signedState struct {
	Version string `json:"v"`
	Base    Values `json:"b,omitempty"`
	// Shown are the texts that the page shows beside the base.
	Shown  Values `json:"m,omitempty"`
	Origin Values `json:"o,omitempty"`
	Merge  bool   `json:"c,omitempty"`
	Stale  bool   `json:"s,omitempty"`
	// Known distinguishes an empty base from none.
	Known bool `json:"k,omitempty"`
}

// The words keep what a key signs apart: a token is no state, and neither is anything else that the key may sign.
const (
	tokenWords = "entocc token 1"
	stateWords = "entocc form 1"
)

var errOtherText = errors.New("the texts of the form belong to a different version of the record: compare both, and save again")

// tagText is what stands for the version in the names of inputs.
var tagText = regexp.MustCompile(`^f[A-Za-z0-9_-]{12}$`)

// tagOf stands for a version in names and ids. It depends on no key, so that names outlive the rotation of keys, and it
// is no secret: what counts is signed.
func tagOf(opaque string) string {
	sum := sha256.Sum256([]byte("entocc form\x00" + opaque))
	return "f" + base64.RawURLEncoding.EncodeToString(sum[:9])
}

// idsOf are the parts of the primary key in an opaque tag.
func idsOf(opaque string) []string {
	parts := strings.Split(opaque, "/")
	if len(parts) < 3 {
		return nil
	}
	var ids []string
	for _, part := range parts[1 : len(parts)-1] {
		id, err := url.PathUnescape(part)
		if err != nil {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// payloadOf is what a token says, be it signed or not.
func payloadOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, _ := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	return string(payload)
}

func (s *Signer) sign(opaque string) string {
	return s.seal(tokenWords, opaque)
}

func (s *Signer) seal(words, payload string) string {
	k := s.keys[s.current.ID]
	return k.ID + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." +
		base64.RawURLEncoding.EncodeToString(macOf(k, words, payload))
}

func macOf(k Key, words, payload string) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte(words + "\x00" + k.ID + "\x00" + payload))
	return h.Sum(nil)
}

func (s *Signer) signState(f *Form) string {
	state := signedState{Version: f.opaque, Base: f.Base, Known: f.Base != nil, Origin: f.Origin, Merge: f.merge, Stale: f.Stale, Shown: make(Values)}
	for field, text := range f.Mine {
		if f.Differs(field) {
			state.Shown[field] = text
		}
	}
	payload, _ := json.Marshal(state) // maps of strings can't fail
	return s.seal(stateWords, string(payload))
}

// readState opens a posted state into f, and compares it with the names of the posted texts.
func (s *Signer) readState(f *Form, typ, text string) error {
	var state signedState
	payload, err := s.unseal(stateWords, text)
	if err != nil {
		_ = json.Unmarshal([]byte(payloadOf(text)), &state) // says which row it was, for a page that shows the texts
		f.ID = idsOf(state.Version)
		return badToken(err)
	}
	if json.Unmarshal([]byte(payload), &state) != nil {
		return badToken(errBadToken)
	}
	switch {
	case tagOf(state.Version) != f.tag:
		return badToken(errOtherText)
	case state.Version != "" && !strings.HasPrefix(state.Version, url.PathEscape(typ)+"/"):
		return badToken(errOtherRow)
	}
	f.at(state.Version)
	f.Base, f.Origin, f.shown, f.merge, f.Stale = state.Base, state.Origin, state.Shown, state.Merge, state.Stale
	if state.Known && f.Base == nil {
		f.Base = make(Values)
	}
	return nil
}
