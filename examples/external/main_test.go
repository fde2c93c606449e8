package main

func Example() {
	main()
	// Output:
	// editors, created 2019-05-01, is at version 1
	// readers, created 2019-05-02, is at version 1
	// a gave editors [read write delete]: version 2
	// b wanted to add Bob to a group that may [read write]
	// entocc: Group 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	// editors has 1 member
}
