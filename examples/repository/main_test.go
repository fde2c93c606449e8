package main

func Example() {
	main()
	// Output:
	// Ada has version User/1/1
	// the import overwrites: version User/1/2
	// the page is refused: true
	// and reads again: Ada Lovelace, ada@new.example.org, version User/1/3
}
