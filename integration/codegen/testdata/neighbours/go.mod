module fixtures

go 1.25.0

require (
	entgo.io/contrib v0.7.0
	entgo.io/ent v0.14.6
	github.com/99designs/gqlgen v0.17.68
	github.com/entocc/entocc v0.0.0
)

replace github.com/entocc/entocc => ../../../..
