package occhttp

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/entocc/entocc"
)

// Choice is one field on the page of a conflict: what it was, what the user changed it to, and what somebody else did.
type Choice struct {
	// FieldDiff compares the three, all of them strings: MineChanged, TheirsChanged, HasBase, Clashes.
	entocc.FieldDiff
	// Name, Base, Mine and Theirs are the texts.
	Name, Base, Mine, Theirs string
	// Differs reports that there is something to choose: Mine is not Theirs.
	Differs bool
	// TakeMine is the choice that the page begins with: a field that one side alone has changed begins with that side, one
	// that both have changed with the user's, who is asked.
	TakeMine bool
	// Asked reports that the user chose theirs, but also typed into their own.
	Asked bool
}

// Onto returns the form of the conflict page: made from what is stored now (theirs, by [Signer.Form]), with the texts of f
// in it, and the base of f as Origin. Its token is that of the values that it shows as theirs, so that a third editor in
// between is a conflict again.
func (f *Form) Onto(theirs *Form) *Form {
	merge := &Form{
		ID: theirs.ID, Base: theirs.Base, Mine: maps.Clone(theirs.Base), Origin: f.Base,
		signer: theirs.signer, opaque: theirs.opaque, tag: theirs.tag, merge: true,
	}
	maps.Copy(merge.Mine, f.Mine)
	return merge
}

// Choices compares three ways, field by field, for the conflict page: a form that [Form.Onto] returned, or one that the
// conflict page posted. No field means those of the base.
func (f *Form) Choices(fields ...string) []Choice {
	if len(fields) == 0 {
		fields = slices.Sorted(maps.Keys(f.Base))
	}
	choices := make([]Choice, len(fields))
	for i, field := range fields {
		choices[i] = f.compare(field)
	}
	return choices
}

func (f *Form) compare(field string) Choice {
	origin, known := f.Origin[field]
	c := Choice{Name: field, Base: origin, Mine: f.Mine[field], Theirs: f.Base[field], Asked: f.undecided(field)}
	c.FieldDiff = entocc.NewFieldDiff(entocc.FieldDiff{
		Name: field, Label: field, Change: entocc.ChangeSet, Base: c.Base, HasBase: known, Mine: c.Mine, Theirs: c.Theirs,
	}, false)
	c.Differs = c.Mine != c.Theirs
	c.TakeMine = c.MineChanged && f.choice[field] != choiceTheirs
	return c
}

// Clashes counts the fields that both sides changed to different values.
func Clashes(choices []Choice) (n int) {
	for _, c := range choices {
		if c.Clashes() {
			n++
		}
	}
	return n
}

const choiceTheirs = "theirs"

// Merging reports whether the form is that of the conflict page.
func (f *Form) Merging() bool { return f.merge }

// Choose applies what was chosen on the conflict page: the texts become theirs wherever the input named by Name("choice." +
// field) says "theirs"; for a button that overwrites everything don't call it. It changes nothing, and returns the fields,
// where the user chose theirs but typed into their own after the page was shown: show the page again, and ask.
func (f *Form) Choose() (undecided []string) {
	for _, field := range slices.Sorted(maps.Keys(f.choice)) {
		if f.undecided(field) {
			undecided = append(undecided, field)
		}
	}
	if len(undecided) > 0 {
		return undecided
	}
	for field, choice := range f.choice {
		if text, ok := f.Base[field]; ok && choice == choiceTheirs {
			f.Mine[field] = text
		}
	}
	return nil
}

func (f *Form) undecided(field string) bool {
	shown, ok := f.shown[field]
	if !ok {
		shown = f.Base[field]
	}
	return f.merge && f.choice[field] == choiceTheirs && f.Mine[field] != shown && f.Differs(field)
}

// Settled reports, for a form that [Form.Onto] returned, that there is nothing left to write: what the user wanted is what
// is stored now. A second click on Save is such a conflict. Don't bother the user with it.
func (f *Form) Settled() bool {
	for _, c := range f.Choices() {
		if c.MineChanged && c.Differs {
			return false
		}
	}
	return true
}

// FormError is what a form framework needs to know about a form that was not saved: which fields, which texts, and why.
//
//	var failed *occhttp.FormError
//	if errors.As(err, &failed) {
//		return page(failed.Form.Mine, failed.Wrong, failed.Conflict)
//	}
//
// It is a 400 for wrong values, and otherwise what its cause is: [ProblemOf] knows it.
type FormError struct {
	// Form has all that was typed.
	Form *Form
	// Wrong says, by field, why a value can't be right.
	Wrong map[string]string
	// Conflict are the fields in which the sides of a conflict differ.
	Conflict []Choice
	// Err is the cause, such as a conflict.
	Err error
}

// Error names the fields, but no texts.
func (e *FormError) Error() string {
	reason := "the form was not saved"
	if len(e.Wrong) > 0 {
		reason += ": the values of " + strings.Join(slices.Sorted(maps.Keys(e.Wrong)), ", ") + " can't be right"
	}
	if e.Err != nil {
		reason += ": " + strings.TrimPrefix(e.Err.Error(), "entocc: ")
	}
	return "entocc: " + reason
}

// Unwrap returns the cause; for values that can't be right alone, a [Problem].
func (e *FormError) Unwrap() error {
	if e.Err != nil || len(e.Wrong) == 0 {
		return e.Err
	}
	return &Problem{
		Status: http.StatusBadRequest,
		Detail: fmt.Sprintf("Some values can't be right: %s.", strings.Join(slices.Sorted(maps.Keys(e.Wrong)), ", ")),
	}
}

// IsFormError reports whether err is a [FormError].
func IsFormError(err error) bool {
	var failed *FormError
	return errors.As(err, &failed)
}
