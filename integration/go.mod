module github.com/entocc/entocc/integration

go 1.25.0

require github.com/entocc/entocc v0.0.0

replace github.com/entocc/entocc => ../
