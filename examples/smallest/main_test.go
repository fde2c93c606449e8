package main

func Example() {
	main()
	// Output:
	// a saved version 2
	// entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	// b had opened "Ada", it is "Ada Lovelace" now
}
