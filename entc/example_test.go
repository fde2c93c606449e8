package entc_test

import (
	"fmt"

	entocc "github.com/entocc/entocc/entc"
)

// A service that holds very many measurements at a time keeps no second copy of them.
func ExampleForgetLoaded() {
	ext, err := entocc.NewExtension(entocc.ForgetLoaded("Measurement"))
	fmt.Println(ext != nil, err)
	// Output: true <nil>
}

// A schema of a hundred types leaves out what its program does not call.
func ExampleWithout() {
	ext, err := entocc.NewExtension(entocc.Without(entocc.Bulk, entocc.Verify))
	fmt.Println(ext != nil, err)
	// Output: true <nil>
}
