package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// choose marks the mutants that are not shown to the tests.
func (o *options) choose(mutants []mutant) error {
	equivalent, err := o.equivalent(mutants)
	if err != nil {
		return err
	}
	survivors := make(map[string]bool)
	if o.again {
		text, err := os.ReadFile(filepath.Join(o.dir, "survivors.txt"))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			file, rest, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), unreached), ":")
			_, rest, _ = strings.Cut(rest, ": ")
			survivors[file+": "+rest] = true
		}
	}
	for i := range mutants {
		m := &mutants[i]
		switch {
		case i%o.every != o.from%o.every, o.again && !survivors[m.identity()], o.at != "" && !slices.ContainsFunc(strings.Split(o.at, ","), m.isAt):
			m.verdict = unseen
		case equivalent[m.identity()] && !o.doubt:
			m.verdict = argued
		}
	}
	return nil
}

// isAt reports whether a mutant is in a file, or in a line of a file.
func (m *mutant) isAt(place string) bool {
	return place == m.file || place == m.file+":"+strconv.Itoa(m.line)
}

// identity identifies a mutant even when the lines above it have changed.
func (m *mutant) identity() string { return m.file + ": " + m.description() }

// description says what is changed, and in which line if the line has other mutants.
func (m *mutant) description() string {
	text := fmt.Sprintf("%s: %s: %s", m.in, m.kind, m.code)
	if m.where != m.code {
		text += " in: " + m.where
	}
	return text
}

// equivalent reads equivalent.txt: the identities of mutants, each group followed by its indented reason.
func (o *options) equivalent(mutants []mutant) (map[string]bool, error) {
	text, err := os.ReadFile(filepath.Join(o.dir, "equivalent.txt"))
	if err != nil {
		return nil, err
	}
	listed := make(map[string]bool)
	reason := true
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if reason = line == "" || strings.HasPrefix(line, "\t"); !reason {
			listed[line] = true
		}
	}
	if !reason {
		return nil, fmt.Errorf("equivalent.txt: no reason below the last change")
	}
	stale := make(map[string]bool, len(listed))
	for id := range listed {
		if file, _, _ := strings.Cut(id, ": "); slices.Contains(rooms, filepath.Dir(file)) {
			stale[id] = true
		}
	}
	for i := range mutants {
		delete(stale, mutants[i].identity())
	}
	for id := range stale {
		return nil, fmt.Errorf("equivalent.txt: this change no longer exists: %s", id)
	}
	return listed, nil
}
