module github.com/entocc/entocc/occgql

go 1.25.0

require (
	entgo.io/ent v0.14.2
	github.com/99designs/gqlgen v0.17.68
	github.com/entocc/entocc v0.0.0
	github.com/vektah/gqlparser/v2 v2.5.23
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/mattn/go-sqlite3 v1.14.28 // indirect
	github.com/sosodev/duration v1.3.1 // indirect
)

// A release requires the tagged module instead.
replace github.com/entocc/entocc => ../
