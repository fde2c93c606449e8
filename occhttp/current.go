package occhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/entocc/entocc"
)

// refused is the conflict of a generated client, whatever its type.
type refused interface {
	CurrentValue(context.Context) (any, error)
	DiffToValue(current any) []entocc.FieldDiff
}

// addCurrent adds what the row of a conflict says by now: who changed it, and when, and which fields clash. A row that can't be read, or only
// in a transaction that may never commit, adds nothing.
func (o *options) addCurrent(r *http.Request, p *Problem, err error) {
	var (
		modified *entocc.RecordModifiedError
		bulk     *entocc.BulkModifiedError
		typed    refused
	)
	if o.changed == nil && o.clashing == nil || p.Type != TypeModified || p.Deleted || errors.As(err, &bulk) ||
		!errors.As(err, &modified) || modified.InOpenTx() || !errors.As(err, &typed) {
		return
	}
	current, err := typed.CurrentValue(r.Context())
	if err != nil {
		return
	}
	if versioned, ok := current.(entocc.Versioned); ok { // It may have changed once more, and the problem is about one version.
		p.Current = versionText(versioned.VersionKey().Version)
	}
	if o.changed != nil {
		p.ModifiedBy, p.ModifiedAt = o.changed(current)
	}
	if o.clashing != nil {
		p.Clashes = o.clashes(modified, typed, current)
	}
}

// clashes returns the names of the fields that clash. None do where the row is in another state: it need not have changed at all.
func (o *options) clashes(modified *entocc.RecordModifiedError, typed refused, current any) (names []string) {
	var state *entocc.StateError
	if errors.As(modified, &state) {
		return nil
	}
	for _, d := range diffTo(typed, current) {
		if !d.Clashes() {
			continue
		}
		if name := o.clashing(current, d); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// diffTo returns no fields for a client that was generated without diffs.
func diffTo(typed refused, current any) (diff []entocc.FieldDiff) {
	defer func() {
		if r := recover(); r != nil && r != any(entocc.ErrNoDiff) {
			panic(r)
		}
	}()
	return typed.DiffToValue(current)
}
