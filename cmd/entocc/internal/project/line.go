package project

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// Line is a line that generates a client.
type Line struct {
	File   string // where it is
	Number int
	// Command is true for ent's own command, false for an entc.go.
	Command bool
	// Prefix of a directive: "//go:generate".
	Words []string
	// Flags of ent's command.
	Flags Flags
}

// Flags are those of ent generate.
type Flags struct {
	Features, Templates                     []string
	Storage, Header, Target, IDType, Schema string
}

// parseLine reads a go:generate line; ok is false if it generates no client.
func parseLine(text string) (l *Line, ok bool, err error) {
	rest, ok := strings.CutPrefix(text, "//go:generate ")
	if !ok {
		return nil, false, nil
	}
	words, err := split(rest)
	if err != nil {
		return nil, false, err
	}
	l = &Line{Words: words}
	if strings.Contains(rest, "entc.go") {
		for _, w := range words {
			if strings.HasSuffix(w, "entc.go") {
				return l, true, nil
			}
		}
	}
	args, ok := afterCommand(words)
	if !ok {
		return nil, false, nil
	}
	l.Command = true
	l.Flags, err = parseFlags(args)
	return l, true, err
}

// afterCommand returns the arguments of ent generate: after go run .../cmd/ent, go tool ent, or ent itself.
func afterCommand(words []string) ([]string, bool) {
	for i, w := range words {
		name, _, _ := strings.Cut(w, "@")
		if name != "entgo.io/ent/cmd/ent" && name != "ent" && !strings.HasSuffix(name, "/bin/ent") {
			continue
		}
		if i+1 < len(words) && words[i+1] == "generate" {
			return words[i+2:], true
		}
	}
	return nil, false
}

func parseFlags(args []string) (f Flags, err error) {
	set := pflag.NewFlagSet("ent generate", pflag.ContinueOnError)
	set.StringSliceVar(&f.Features, "feature", nil, "")
	set.StringSliceVar(&f.Templates, "template", nil, "")
	set.StringVar(&f.Storage, "storage", "sql", "")
	set.StringVar(&f.Header, "header", "", "")
	set.StringVar(&f.Target, "target", "", "")
	set.StringVar(&f.IDType, "idtype", "int", "")
	if err := set.Parse(args); err != nil {
		return f, fmt.Errorf("flags of ent generate: %w", err)
	}
	if set.NArg() != 1 {
		return f, fmt.Errorf("ent generate has %d paths, not 1", set.NArg())
	}
	f.Schema = set.Arg(0)
	return f, nil
}

// split splits a line into words as go generate does: at spaces, with double quotes around words.
func split(text string) (words []string, err error) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] == '"' {
			end := strings.IndexByte(text[1:], '"')
			if end < 0 {
				return nil, errors.New("a quote is not closed")
			}
			words, text = append(words, text[1:end+1]), text[end+2:]
			continue
		}
		word, rest, _ := strings.Cut(text, " ")
		words, text = append(words, strings.TrimSpace(word)), rest
	}
	return words, nil
}
