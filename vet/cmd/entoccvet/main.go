// Command entoccvet runs the analyzers of package vet through go vet.
//
//	go install github.com/entocc/entocc/vet/cmd/entoccvet@latest
//	go vet -vettool=$(which entoccvet) ./...
package main

import "github.com/entocc/entocc/vet/vettool"

func main() { vettool.Main() }
