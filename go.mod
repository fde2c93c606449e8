module github.com/entocc/entocc

go 1.25.0

require (
	entgo.io/ent v0.14.6
	github.com/mattn/go-sqlite3 v1.14.53
	github.com/stretchr/testify v1.12.1
)
