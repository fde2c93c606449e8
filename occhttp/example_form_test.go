package occhttp_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
)

// values are the texts of a user's form.
func values(u *ent.User) occhttp.Values {
	return occhttp.Values{"name": u.Name, "age": strconv.Itoa(u.Age)}
}

func ExampleNewSigner() {
	current := occhttp.Key{ID: "2026", Secret: []byte("0123456789abcdef0123456789abcdef")} // read it from your secrets
	older := occhttp.Key{ID: "2025", Secret: []byte("fedcba9876543210fedcba9876543210")}
	_, err := occhttp.NewSigner(current, older)
	fmt.Println(err)
	_, err = occhttp.NewSigner(occhttp.Key{ID: "2026", Secret: []byte("short")})
	fmt.Println(err)
	// Output:
	// <nil>
	// entocc: the secret of key "2026" has 5 bytes: use 32 random ones or more
}

// SignKey is for a row that is not an ent entity.
func ExampleSigner_SignKey() {
	signer := exampleSigner()
	token, err := signer.SignKey(entocc.VersionKey{Type: "Invoice", ID: 7, Version: int64(3)})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, err := signer.Row("Invoice", token)
	fmt.Println(row.ID, err)
	// Output: [7] <nil>
}

// Each checkbox of a list has a token, so only rows are deleted that are as the user saw them.
func ExampleSigner_Row() {
	client, u, ctx := exampleUser("Row")
	signer := exampleSigner()
	token, _ := signer.Sign(u) // <input type="checkbox" name="selected" value="{{ .Token }}">
	u.Update().SetName("grace").ExecX(ctx)

	row, err := signer.Row(ent.TypeUser, token)
	if err != nil {
		fmt.Println(err)
		return
	}
	id, _ := strconv.Atoi(row.ID[0])
	err = client.User.DeleteOneID(id).IfMatch(row).Exec(ctx)
	fmt.Println(ent.IsRecordModified(err))
	_, err = signer.Row(ent.TypePet, token)
	fmt.Println(err)
	// Output:
	// true
	// entocc: write of Pet refused: the condition on the version is invalid: entocc: the version of the form is that of another record: reload the page and try again
}

// The form is made for a GET, and is the condition of the write of the POST.
func ExampleSigner_Form() {
	client, u, ctx := exampleUser("Form")
	signer := exampleSigner()
	form, err := signer.Form(u, values(u)) // <form>{{ .Form.State }} <input {{ .Form.Attrs "name" }} value="{{ .Form.Text "name" }}"></form>
	if err != nil {
		fmt.Println(err)
		return
	}
	read := signer.ReadForm(ent.TypeUser, browser(form, "name", "grace"))
	fmt.Println(read.Changed(), read.Differs("name"), read.Differs("age"), read.Has("age"))
	for range 2 {
		err := client.User.UpdateOneID(u.ID).IfMatch(read).SetName(read.Text("name")).Exec(ctx)
		fmt.Println(ent.IsRecordModified(err))
	}
	// Output:
	// [name] true false true
	// false
	// true
}

// A form for a row that is not there yet has no version. It says so if it is used to write over a row.
func ExampleSigner_NewForm() {
	client, u, ctx := exampleUser("NewForm")
	signer := exampleSigner()
	form := signer.ReadForm(ent.TypeUser, browser(signer.NewForm(occhttp.Values{"name": ""}), "name", "grace"))
	fmt.Println(len(form.ID), client.User.Create().SetName(form.Text("name")).SaveX(ctx).Name)
	fmt.Println(ent.IsVersionError(client.User.UpdateOneID(u.ID).IfMatch(form).SetName("grace").Exec(ctx)))
	// Output:
	// 0 grace
	// true
}

// The page's URL has the version in it, so a page that is loaded again stays one of the version that its user saw.
func ExampleSigner_FormSince() {
	_, u, ctx := exampleUser("FormSince")
	signer := exampleSigner()
	form, _ := signer.Form(u, values(u))
	from := form.Token() // /users/1/edit?from=..
	u = u.Update().SetName("grace").SaveX(ctx)

	again, err := signer.FormSince(u, values(u), from)
	fmt.Println(again.Stale, again.Text("name"), again.Name("name") == form.Name("name"), err)
	// Output: true grace true <nil>
}

// The row is gone. The page keeps the places of the texts that the browser puts back.
func ExampleSigner_FormOf() {
	client, u, ctx := exampleUser("FormOf")
	signer := exampleSigner()
	form, _ := signer.Form(u, values(u))
	client.User.DeleteOne(u).ExecX(ctx)

	gone := signer.FormOf(ent.TypeUser, form.Token())
	fmt.Println(gone.Name("name") == form.Name("name"))
	fmt.Println(signer.FormOf(ent.TypePet, form.Token()) == nil)
	// Output:
	// true
	// true
}

// Several rows of a list are edited in place, and posted together.
func ExampleSigner_ReadForms() {
	client, u, ctx := exampleUser("ReadForms")
	signer := exampleSigner()
	other := client.User.Create().SetName("joan").SaveX(ctx)
	one, _ := signer.Form(u, values(u))
	two, _ := signer.Form(other, values(other))
	posted := browser(one, "name", "grace")
	for name, texts := range browser(two) {
		posted[name] = texts
	}
	for _, form := range signer.ReadForms(ent.TypeUser, posted) {
		fmt.Println(form.ID, form.Changed())
	}
	// Output:
	// [1] [name]
	// [2] []
}

// Somebody else has saved. The conflict page shows both, and the user chooses field by field.
func ExampleForm_Onto() {
	_, u, ctx := exampleUser("Onto")
	signer := exampleSigner()
	form, _ := signer.Form(u, values(u))
	u = u.Update().SetName("grace").SetAge(40).SaveX(ctx)
	theirs, _ := signer.Form(u, values(u))

	mine := signer.ReadForm(ent.TypeUser, browser(form, "name", "joan"))
	page := mine.Onto(theirs)
	for _, c := range page.Choices() {
		fmt.Printf("%s: was %s, mine %s, theirs %s, take mine: %t\n", c.Name, c.Base, c.Mine, c.Theirs, c.TakeMine)
	}
	fmt.Println(page.Merging(), page.Settled())

	// The user takes theirs after all, so nothing is left to write.
	chosen := signer.ReadForm(ent.TypeUser, browser(page, "choice.name", "theirs", "choice.age", "theirs"))
	fmt.Println(chosen.Choose(), chosen.Text("name"), chosen.Changed())
	// Output:
	// age: was 36, mine 36, theirs 40, take mine: false
	// name: was ada, mine joan, theirs grace, take mine: true
	// true false
	// [] grace []
}

func ExampleClashes() {
	_, u, ctx := exampleUser("Clashes")
	signer := exampleSigner()
	form, _ := signer.Form(u, values(u))
	u = u.Update().SetName("grace").SetAge(40).SaveX(ctx)
	theirs, _ := signer.Form(u, values(u))

	page := signer.ReadForm(ent.TypeUser, browser(form, "name", "joan")).Onto(theirs)
	fmt.Println(occhttp.Clashes(page.Choices())) // the name; the age is theirs alone
	// Output: 1
}

// A template renders the state once, and the attributes of each input.
func ExampleForm_Attrs() {
	_, u, _ := exampleUser("Attrs")
	form, _ := exampleSigner().Form(u, values(u))
	state, _, _ := strings.Cut(string(form.State()), " value")
	fmt.Println(state)
	fmt.Println("<input", form.Attrs("name"))
	// Output:
	// <input type="hidden" name="fTPJSIQZJOzbf.state"
	// <input id="fTPJSIQZJOzbf.name" name="fTPJSIQZJOzbf.name" data-field="name"
}

func ExampleIsFormError() {
	err := error(&occhttp.FormError{Wrong: map[string]string{"age": "an age is a number"}})
	fmt.Println(occhttp.IsFormError(err), occhttp.ProblemOf(request("POST", ""), err).Status)
	// Output: true 400
}

// A form framework gets to know which fields are wrong, and what was typed.
func ExampleFormError() {
	form := exampleSigner().ReadForm(ent.TypeUser, nil)
	err := error(&occhttp.FormError{Form: form, Wrong: map[string]string{"age": "an age is a number"}})
	var failed *occhttp.FormError
	if errors.As(err, &failed) {
		fmt.Printf("%q: %s\n", failed.Form.Text("age"), failed.Wrong["age"])
	}
	// Output: "": an age is a number
}

func ExampleTextDiff() {
	for _, span := range occhttp.TextDiff("two cups of tea", "two pots of tea") {
		fmt.Printf("%s %q\n", span.Kind, span.Text)
	}
	// Output:
	// same "two "
	// del "cups "
	// ins "pots "
	// same "of tea"
}
