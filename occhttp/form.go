package occhttp

import (
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/entocc/entocc"
)

// Values are the texts of a form's fields, by name, as its inputs show them.
type Values map[string]string

// Form is the state of one form, or of one row of a list that is edited in place: the version of the row, the base that
// the form was made from, and what is in its inputs. The three travel together: they are rendered, posted, shown again
// and compared as one. No page hands the token of one version to a text that was typed into another.
//
//	form, err := signer.FormSince(p, values(p), r.URL.Query().Get("from")) // GET
//	<form method="post">{{ .Form.State }} <input {{ .Form.Attrs "title" }} value="{{ .Form.Text "title" }}"></form>
//
//	form := signer.ReadForm(ent.TypeProduct, r.PostForm)                   // POST
//	err := client.Product.UpdateOneID(id).IfMatch(form).SetTitle(form.Text("title")).Exec(ctx)
//
// Browsers put texts back into a page that they load again: after Back, a reload, a crash, in a duplicate tab. They know
// an input by the URL of the page and by its name or its id. So both have the version in them, by [Form.Attrs]: a text
// finds its way into a page of its own version only. The page's URL has the version, too, by [Form.Token] and
// [Signer.FormSince], so that a page of a version that is gone is such a page, which keeps the text and is a conflict.
type Form struct {
	// ID is the primary key of the row as text; one element, several for a composite one. It is empty for a new row. With Err
	// nobody has vouched for it.
	ID []string
	// Base is what the form was made from. It is nil where that is not known: the form is Stale, or refused by Err.
	Base Values
	// Mine is what is in the inputs.
	Mine Values
	// Origin is, on the page of a conflict, the base of the form that met it; Base is what somebody else has saved.
	Origin Values
	// Wrong says, by field, why a value is wrong. The application sets it, for the page that shows it.
	Wrong map[string]string
	// Stale reports that the row was saved since the page of this URL was first opened. The inputs show the row as it is
	// now, beside what the browser has put back into them. Saving is a conflict wherever the two differ.
	Stale bool
	// Err is what is wrong with a posted state: missing, not signed by a key of the signer, of another row or form.
	// Mine has the posted texts anyway. A write with such a form fails with a VersionError, a 400.
	Err error

	signer *Signer
	opaque string
	tag    string
	merge  bool
	shown  Values
	choice map[string]string
}

// Form returns the form of a row as it is now.
func (s *Signer) Form(entity entocc.Versioned, base Values) (*Form, error) {
	tag, err := Tag(entity)
	if err == nil {
		_, err = s.Sign(entity) // an ID may be too long for a token
	}
	if err != nil {
		return nil, err
	}
	f := &Form{signer: s, Base: make(Values, len(base))}
	for field, text := range base {
		f.Base[field] = lineBreaks.Replace(text) // as it is posted
	}
	f.Mine = maps.Clone(f.Base)
	f.at(tag.Opaque)
	return f, nil
}

// FormSince returns the form of a row for a page whose URL says since when the user has had it open, by a [Form.Token].
// When the row was saved since, the form is Stale: it stays one of the old version.
//
//	if from == "" { // the URL of the form names the version, so that a reload and Back come to the form of that version
//		http.Redirect(w, r, r.URL.Path+"?from="+form.Token(), http.StatusSeeOther)
//	}
func (s *Signer) FormSince(entity entocc.Versioned, base Values, from string) (*Form, error) {
	f, err := s.Form(entity, base)
	if err != nil || from == "" {
		return f, err
	}
	opaque, err := s.open(from)
	if err != nil {
		// A key that is gone: the inputs keep their names, so that the browser finds them, and there is no state.
		if opaque = payloadOf(from); !strings.HasPrefix(opaque, rowPath(entity.VersionKey())) {
			return f, nil
		}
		f.Err = badToken(err)
	}
	if !strings.HasPrefix(opaque, rowPath(entity.VersionKey())) || opaque == f.opaque && f.Err == nil {
		return f, nil
	}
	f.at(opaque)
	f.Base, f.Stale = nil, true
	return f, nil
}

// FormOf returns the form of a page whose row is gone, by the [Form.Token] in its URL: without texts, but with inputs that
// have the names that the browser knows, so that it puts back what was typed. It is nil if the URL says nothing of the type.
func (s *Signer) FormOf(typ, from string) *Form {
	opaque := payloadOf(from)
	if !strings.HasPrefix(opaque, url.PathEscape(typ)+"/") {
		return nil
	}
	f := &Form{signer: s, Mine: make(Values), Stale: true}
	f.at(opaque)
	if _, err := s.open(from); err != nil {
		f.Err = badToken(err)
	}
	return f
}

// NewForm returns a form for a row that is not there yet.
func (s *Signer) NewForm(mine Values) *Form {
	f := &Form{signer: s, Mine: maps.Clone(mine)}
	f.at("")
	return f
}

// at binds a form to a version of a row.
func (f *Form) at(opaque string) {
	f.opaque, f.tag, f.ID = opaque, tagOf(opaque), idsOf(opaque)
}

// Token is the signed version of the form alone, for the URL of its page. It does not contain Base and Mine.
func (f *Form) Token() string { return f.signer.sign(f.opaque) }

// State is the hidden input that carries the form's state, signed: version, base, and the texts that the page shows.
func (f *Form) State() template.HTML {
	value := ""
	if f.Err == nil {
		value = f.signer.signState(f)
	}
	return template.HTML(`<input type="hidden" name="` + f.Name("state") + `" value="` + value + `" autocomplete="off">`) //nolint:gosec // letters, digits, ".", "-" and "_"
}

// Name is the name of the input of a field. It has the version in it.
func (f *Form) Name(field string) string { return f.tag + "." + field }

// Attrs are the name and the id of the input of a field, and data-field for style sheets, scripts and tests.
func (f *Form) Attrs(field string) template.HTMLAttr {
	name := template.HTMLEscapeString(f.Name(field))
	return template.HTMLAttr(`id="` + name + `" name="` + name + `" data-field="` + template.HTMLEscapeString(field) + `"`) //nolint:gosec // escaped
}

// Text is what is in the input of a field.
func (f *Form) Text(field string) string { return f.Mine[field] }

// Has reports whether there is a field in the form, such as a checkbox that is checked.
func (f *Form) Has(field string) bool { _, ok := f.Mine[field]; return ok }

// Differs reports whether a field is not as the base has it. Without a base each field counts as changed.
func (f *Form) Differs(field string) bool {
	base, known := f.Base[field]
	return !known || f.Mine[field] != base
}

// Changed returns the fields of the base that differ from it, in their alphabetical order; without a base all fields.
func (f *Form) Changed() []string {
	fields := f.Base
	if fields == nil {
		fields = f.Mine
	}
	var changed []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if f.Differs(field) {
			changed = append(changed, field)
		}
	}
	return changed
}

// Accept implements [entocc.Condition]: the form is the condition of the write that saves it.
func (f *Form) Accept(key entocc.VersionKey) entocc.Accepted { return f.condition().Accept(key) }

// String implements [entocc.Condition].
func (f *Form) String() string { return f.opaque }

func (f *Form) condition() *tokenCondition {
	err := f.Err
	if err == nil && f.opaque == "" {
		err = badToken(errNoToken)
	}
	return &tokenCondition{opaque: f.opaque, err: err}
}

// ReadForm reads the form that a request has posted. It always returns one, with all that was typed: what is wrong with
// its state is in Err. A field that was not posted is as in the base; line breaks are "\n".
func (s *Signer) ReadForm(typ string, posted url.Values) *Form {
	forms := s.ReadForms(typ, posted)
	if len(forms) == 1 {
		return forms[0]
	}
	all := &Form{signer: s, Mine: make(Values), Err: badToken(errNoToken)}
	all.at("")
	for _, f := range forms {
		maps.Copy(all.Mine, f.Mine)
	}
	return all
}

// ReadForms reads all forms that a request has posted, such as the rows of a list, by the order of their IDs as text.
func (s *Signer) ReadForms(typ string, posted url.Values) []*Form {
	texts := make(map[string]Values)
	for name, list := range posted {
		tag, field, ok := strings.Cut(name, ".")
		if !ok || !tagText.MatchString(tag) || len(list) == 0 {
			continue
		}
		if texts[tag] == nil {
			texts[tag] = make(Values)
		}
		texts[tag][field] = lineBreaks.Replace(list[0])
	}
	forms := make([]*Form, 0, len(texts))
	for tag, fields := range texts {
		forms = append(forms, s.readForm(typ, tag, fields))
	}
	slices.SortFunc(forms, func(a, b *Form) int {
		if c := slices.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return strings.Compare(a.tag, b.tag)
	})
	return forms
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (s *Signer) readForm(typ, tag string, fields Values) *Form {
	f := &Form{signer: s, tag: tag, Mine: make(Values), choice: make(map[string]string)}
	f.Err = s.readState(f, typ, fields["state"])
	for field, text := range f.Base {
		f.Mine[field] = text
	}
	for field, text := range fields {
		if of, ok := strings.CutPrefix(field, "choice."); ok {
			f.choice[of] = text
		} else if field != "state" {
			f.Mine[field] = text
		}
	}
	return f
}
