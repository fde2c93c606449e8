package main

func Example() {
	main()
	// Output:
	// suspended
	// entocc: UpdateOne of User 1 refused: the row is not in the expected state: status is suspended
	// it is suspended already
	// 8 workers, 1 step: active at version 3
}
