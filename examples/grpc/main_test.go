package main

func Example() {
	main()
	// Output:
	// both see users/1 with etag "User/1/1"
	// Ada saves the name: etag "User/1/2"
	// Bob gets Aborted: the user was changed by somebody else since it was read: nothing was written
	//   RECORD_MODIFIED: expected "User/1/1", now "User/1/2"
	// without an etag: Ada Lovelace, +44 20 7946 0000, "User/1/3"
	// Bob gets InvalidArgument: etag: the request must have the etag of the last response
	// Bob gets InvalidArgument: update_mask: "nickname": User has no such field
}
