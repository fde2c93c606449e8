package main

func Example() {
	main()
	// Output:
	// Report everything:
	//   3× unguarded UpdateOne of Account at work.go:28
	//   1× stale UpdateOne of User at work.go:37
	// Report accounts, enforce users:
	//   entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	//   3× unguarded UpdateOne of Account at work.go:28
}
