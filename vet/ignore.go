package vet

import (
	"go/ast"
	"go/token"
	"strings"
)

const docIgnore = `report //entocc:ignore without a reason

A finding is silenced by a comment on its line or on the line before. Who reads the code later needs to know why the lost
update is none:

	//entocc:ignore the nightly import owns these rows`

const ignorePrefix = "//entocc:ignore"

// place is a line of a file.
type place struct {
	file string
	line int
}

// ignores returns the lines on which findings are silenced.
func (p *pass) ignores() map[place]bool {
	lines := make(map[place]bool)
	for c, reason := range p.directives() {
		if reason == "" {
			continue
		}
		at := p.line(c.Pos())
		lines[at], lines[place{at.file, at.line + 1}] = true, true
	}
	return lines
}

// directives returns the comments that silence findings, each with its reason.
func (p *pass) directives() map[*ast.Comment]string {
	found := make(map[*ast.Comment]string)
	for _, file := range p.Files {
		for _, group := range file.Comments {
			for _, c := range group.List {
				rest, ok := strings.CutPrefix(c.Text, ignorePrefix)
				if ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
					reason, _, _ := strings.Cut(rest, "//")
					found[c] = strings.TrimSpace(reason)
				}
			}
		}
	}
	return found
}

func (p *pass) isIgnored(pos token.Pos) bool { return p.ignored[p.line(pos)] }

func runIgnore(p *pass) {
	for c, reason := range p.directives() {
		if reason == "" {
			p.report(c, nil, "entocc:ignore needs a reason: write why nothing is lost here, as in //entocc:ignore the import owns these rows")
		}
	}
}
