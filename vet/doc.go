// Package vet finds code that loses updates although its schemas have a version, or that entocc will refuse at run
// time. [Analyzers] returns its go/analysis passes. They read the generated client's types: a type is versioned if its
// entity has the VersionKey method that entocc generates, and guarded by its values if its builders have IgnoreValues.
//
// Run them in any of these ways:
//
//	entocc vet ./...
//	go vet -vettool=$(which entoccvet) ./...    # go install github.com/entocc/entocc/vet/cmd/entoccvet@latest
//
// or as a module plugin of golangci-lint (package plugin). A comment on the line of a finding, or on the line before
// it, silences it. The reason is required:
//
//	//entocc:ignore the nightly import owns these rows
//	client.User.UpdateOneID(id).SetName(name).ExecX(ctx)
package vet
