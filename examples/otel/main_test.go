package main

func Example() {
	main()
	// Output:
	// level=WARN msg="entocc: record modified" type=User id=1 op=OpUpdateOne expected=1 actual=2 deleted=false
	// level=WARN msg="entocc: record modified" type=User id=1 op=OpDeleteOne expected=1 actual=2 deleted=false
	//
	// Tally: {"User":2}
	//
	// Counter: ent.conflicts{deleted=false op=OpDeleteOne type=User} 1
	// Counter: ent.conflicts{deleted=false op=OpUpdateOne type=User} 1
	//
	// Span: POST /users/1
	//   ent.conflict{type=User op=OpUpdateOne deleted=false id=1 expected=1 actual=2}
	//   ent.conflict{type=User op=OpDeleteOne deleted=false id=1 expected=1 actual=2}
}
