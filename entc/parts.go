package entc

import (
	"fmt"
	"slices"
	"strings"
)

// Part is a part of what is generated for each type. See [Without].
type Part string

// The parts that can be left out.
const (
	// Bulk is UpdateBulk and DeleteBulk.
	Bulk Part = "Bulk"
	// Check is IsModified and GetVersion.
	Check Part = "Check"
	// Diff is what conflicts are compared by, field by field: Diff and DiffTo of a *ent.UserModifiedError, hook.Merge, and the row
	// as it was read, which each entity keeps for it.
	Diff Part = "Diff"
	// Match is IfMatch, for the conditions of package occhttp.
	Match Part = "Match"
	// Modify is the Modify of clients. RetryTx stays.
	Modify Part = "Modify"
	// SetBased is IfVersion and the like of the builders Update and Delete. Those of one row have them always.
	SetBased Part = "SetBased"
	// State is IfField.
	State Part = "State"
	// Verify is VerifyOnCommit.
	Verify Part = "Verify"
)

// parts are all of them.
func parts() []Part { return []Part{Bulk, Check, Diff, Match, Modify, SetBased, State, Verify} }

// Without leaves parts of the generated code out, which a large schema has no use for: each costs lines, and time to compile.
// The guard stays. Without [Diff], hook.Merge and the Diff of a conflict return entocc.ErrNoDiff.
//
//	entocc.NewExtension(entocc.Without(entocc.Bulk, entocc.Verify))
func Without(left ...Part) Option {
	return func(e *Extension) error {
		if len(left) == 0 {
			return fmt.Errorf("entocc: Without names no part: use some of these: %s", partNames())
		}
		for _, part := range left {
			if !slices.Contains(parts(), part) {
				return fmt.Errorf("entocc: Without names %q, which is not a part: use some of these: %s", part, partNames())
			}
		}
		e.without = append(e.without, left...)
		return nil
	}
}

// has reports whether a part is generated.
func (e *Extension) has(part Part) (bool, error) {
	if !slices.Contains(parts(), part) {
		return false, fmt.Errorf("entocc: a template asks for %q, which is not a part", part)
	}
	return !slices.Contains(e.without, part), nil
}

// left reports whether a part is left out.
func (e *Extension) left(part Part) bool { return slices.Contains(e.without, part) }

// checkParts refuses options that contradict each other.
func (e *Extension) checkParts() error {
	if e.left(Diff) && (e.forgetsAll || len(e.forgets) > 0) {
		return fmt.Errorf("entocc: ForgetLoaded and Without(%s) are both set: without diffs no entity keeps the row as it was read, so leave ForgetLoaded out", Diff)
	}
	return nil
}

// partNames lists the parts, for messages.
func partNames() string {
	names := make([]string, len(parts()))
	for i, part := range parts() {
		names[i] = string(part)
	}
	return strings.Join(names, ", ")
}
