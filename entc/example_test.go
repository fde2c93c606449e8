package entc_test

import (
	"fmt"

	entocc "github.com/entocc/entocc/entc"
)

// A service that holds very many measurements at a time does not keep a second copy of them.
func ExampleForgetLoaded() {
	ext, err := entocc.NewExtension(entocc.ForgetLoaded("Measurement"))
	fmt.Println(ext != nil, err)
	// Output: true <nil>
}

// With a schema of a hundred types, leave out what the program does not call.
func ExampleWithout() {
	ext, err := entocc.NewExtension(entocc.Without(entocc.Bulk, entocc.Verify))
	fmt.Println(ext != nil, err)
	// Output: true <nil>
}
