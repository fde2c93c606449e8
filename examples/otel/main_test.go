package main

func Example() {
	main()
	// Output:
	// level=WARN msg="entocc: record modified" type=User id=1 op=UpdateOne expected=1 actual=2 deleted=false
	// level=WARN msg="entocc: record modified" type=User id=1 op=DeleteOne expected=1 actual=2 deleted=false
	//
	// Tally: {"User":2}
	//
	// Counter: ent.conflicts{deleted=false op=DeleteOne type=User} 1
	// Counter: ent.conflicts{deleted=false op=UpdateOne type=User} 1
	// Counter: ent.reported{at=main.go:108 kind=unguarded type=User} 1
	//
	// Span: POST /users/1
	//   ent.conflict{type=User op=UpdateOne deleted=false id=1 expected=1 actual=2}
	//   ent.conflict{type=User op=DeleteOne deleted=false id=1 expected=1 actual=2}
}
