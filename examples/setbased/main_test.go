package main

func Example() {
	main()
	// Output:
	// renamed to Ada Lovelace
	// entocc: User 1 was modified by somebody else: Update expected version 1, the row has 2
	// entocc: Update of User refused: nothing was written, because its predicates match several rows and a stated version is for one row: add the ID to Where, or drop IfVersion to write to all of them
	// not found: true modified: true
	// Ada Lovelace is at version 2 now; 1 row deleted
}
