package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// clients returns the clients of the module that contains the folder, and what else runs ent.
func (a *app) clients(ctx context.Context) (*project.Module, *project.Found, error) {
	m, err := project.OpenModule(ctx, a.dir)
	if err != nil {
		return nil, nil, err
	}
	found, err := m.Find()
	if err != nil {
		return nil, nil, err
	}
	if len(found.Clients) == 0 {
		return nil, nil, fmt.Errorf("no client of ent was found in %s: neither a //go:generate line that runs ent or entc.go, nor generated code beside a folder of schemas. A new one begins with: go run -mod=mod entgo.io/ent/cmd/ent new User", m.Dir)
	}
	return m, found, nil
}

// client returns the one client that is meant.
func (a *app) client(ctx context.Context, ent string) (*project.Client, error) {
	m, found, err := a.clients(ctx)
	if err != nil {
		return nil, err
	}
	return choose(m, found, ent)
}

// choose returns the client in a folder, or without a folder the only client.
func choose(m *project.Module, found *project.Found, ent string) (*project.Client, error) {
	var names []string
	for _, c := range found.Clients {
		name := m.Rel(c.Target)
		names = append(names, name)
		if ent != "" && (filepath.Clean(ent) == filepath.FromSlash(name) || m.Rel(c.Dir) == filepath.ToSlash(filepath.Clean(ent))) {
			return c, c.Err
		}
	}
	if ent != "" {
		return nil, fmt.Errorf("no client of ent in %q: there is %s", ent, strings.Join(names, ", "))
	}
	if len(found.Clients) > 1 {
		return nil, fmt.Errorf("the module has several clients of ent: choose one by --ent: %s", strings.Join(names, ", "))
	}
	return found.Clients[0], found.Clients[0].Err
}

// cutLine cuts a text after its first line.
func cutLine(text string) (first, rest string) {
	first, rest, _ = strings.Cut(text, "\n")
	return first, rest
}
