package entc

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"entgo.io/ent/entc/gen"
)

// completeTypes completes methods in the generated files of each type, which ent has no template for either. Entities come
// to keep the row that a query reads, mutations to know which fields only an update default has set, and a save that
// nobody wants the row of:
//
//	return node.assignValues(columns, values)  comes after  node.occ.Keep(columns, values)
//	_u.mutation.SetUpdatedAt(v)                is followed by  _u.mutation.occ.Defaulted(0)
//	_, err := _u.Save(ctx)                     comes after  occrun.Unread(&_u.mutation.occ, _u.hooks)
func completeTypes(g *gen.Graph, e *Extension) error {
	for _, n := range g.Nodes {
		if !e.plan.guards(n.Name) {
			continue
		}
		file := filepath.Join(g.Target, n.PackageDir())
		if e.keepsLoaded(n.Name) {
			if err := completeText(file+"_query.go", []text{{assignValues, "node.occ.Keep($1)\n\t\t$0", 1}}); err != nil {
				return err
			}
		}
		if err := completeText(file+"_update.go", append(e.defaults(n), exec(n))); err != nil {
			return err
		}
	}
	return nil
}

// text is what is replaced in a file, and how often it is there.
type text struct {
	from  *regexp.Regexp
	to    string
	times int
}

var assignValues = regexp.MustCompile(`\breturn node\.assignValues\((columns, values)\)`)

// defaults completes the defaults of both update builders, for types that have fields which do not bump, or are not compared. The
// others need not know.
func (e *Extension) defaults(n *gen.Type) []text {
	if v := e.plan.versions[n.Name]; v != nil && len(v.Only) == 0 && len(v.Ignore) == 0 {
		return nil
	}
	var texts []text
	for _, f := range n.Fields {
		if !f.UpdateDefault {
			continue
		}
		from := fmt.Sprintf(`(\w+\.%s\(\)\n\s*)(\w+)(\.mutation\.%s\(v\))\n`, f.UpdateDefaultName(), f.MutationSet())
		texts = append(texts, text{regexp.MustCompile(from), fmt.Sprintf("$1$2$3\n\t\t$2.mutation.occ.Defaulted(%d)\n", len(texts)), 2})
	}
	return texts
}

// exec completes the Exec of the builder of one row.
func exec(n *gen.Type) text {
	from := fmt.Sprintf(`(func \((\w+) \*%s\) Exec\(ctx context\.Context\) error \{\n)(\t_, err := \w+\.Save\(ctx\)\n)`, n.UpdateOneName())
	return text{regexp.MustCompile(from), "$1\toccrun.Unread(&$2.mutation.occ, $2.hooks)\n\tdefer $2.mutation.occ.Unread(false)\n$3", 1}
}

// completeText replaces texts in a file that is formatted, and stays so.
func completeText(path string, texts []text) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, t := range texts {
		if n := len(t.from.FindAllIndex(src, -1)); n != t.times {
			return fmt.Errorf("entocc: ent's generated %s is not as in ent v0.14: it has %d of %d times what matches %q", filepath.Base(path), n, t.times, t.from)
		}
		src = t.from.ReplaceAll(src, []byte(t.to))
	}
	return os.WriteFile(path, src, 0o644)
}
