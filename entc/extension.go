// Package entc is the codegen extension of entocc. Only a project's ent/entc.go imports it; the code that it generates,
// and servers that use that code, do not.
//
//	ext, err := entocc.NewExtension() // entocc "github.com/entocc/entocc/entc"
//	if err != nil {
//		log.Fatal(err)
//	}
//	err = entc.Generate("./schema", &gen.Config{}, entc.Extensions(ext))
package entc

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"text/template"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/entocc/entocc/internal/annotation"
)

//go:embed template/*.tmpl
var templates embed.FS

// templateName is the name of the templates of the extension.
const templateName = "entocc"

// Extension generates the typed API of versioned schemas, and guards all their write paths.
type Extension struct {
	entc.DefaultExtension
	// plan is what the schemas of the run under way ask for; the hook makes it before templates ask.
	plan *plan
	// forgets are the types whose entities do not keep what was loaded; all of them with forgetsAll.
	forgets    map[string]bool
	forgetsAll bool
	// without are the parts that are left out.
	without []Part
}

// Option configures the extension.
type Option func(*Extension) error

// NewExtension returns the extension. The zero options work.
func NewExtension(opts ...Option) (*Extension, error) {
	e := &Extension{}
	for _, opt := range opts {
		if err := opt(e); err != nil {
			return nil, err
		}
	}
	if err := e.checkParts(); err != nil {
		return nil, err
	}
	return e, nil
}

// ForgetLoaded has entities of these types not keep the row as it was read; no type means all. That saves memory if a
// program holds many entities at a time, such as measurements. Diffs of such entities have no base: under hook.Merge, each
// field that a write sets counts as changed, and clashes if the row now holds a different value.
//
//	entocc.NewExtension(entocc.ForgetLoaded("Measurement"))
func ForgetLoaded(types ...string) Option {
	return func(e *Extension) error {
		e.forgetsAll = e.forgetsAll || len(types) == 0
		if e.forgets == nil {
			e.forgets = make(map[string]bool)
		}
		for _, typ := range types {
			e.forgets[typ] = true
		}
		return nil
	}
}

// checkForgets returns an error for a type of [ForgetLoaded] that has no version, or is none.
func (e *Extension) checkForgets(p *plan) error {
	for _, typ := range slices.Sorted(maps.Keys(e.forgets)) {
		if p.versions[typ] == nil {
			return fmt.Errorf("entocc: ForgetLoaded names %q, which is not a type with a version: use the name of a schema", typ)
		}
	}
	return nil
}

// keepsLoaded reports whether the entities of a type keep the row as it was read.
func (e *Extension) keepsLoaded(typ string) bool {
	return e.plan.values[typ] != nil || e.plan.versions[typ] != nil && !e.left(Diff) && !e.forgetsAll && !e.forgets[typ]
}

// Templates of the extension.
func (e *Extension) Templates() []*gen.Template {
	funcs := template.FuncMap{
		"occVersion": func(typ string) *typeVersion { return e.plan.versions[typ] },
		"occValues":  func(typ string) *typeValues { return e.plan.values[typ] },
		"occGuarded": func(typ string) bool { return e.plan.guards(typ) },
		"occLinks":   func(typ string) *typeLinks { return e.plan.links[typ] },
		"occTouches": func() bool { return e.plan.touches() },
		"occLinked":  func() []*typeLinks { return e.plan.linked },
		"occSystem":  func() bool { return e.plan.system() },
		"occGuards":  func() bool { return len(e.plan.versions)+len(e.plan.values) > 0 },
		"occTables":  func() bool { return len(e.plan.versions) > 0 },
		"occImports": func() []string { return e.plan.imports },

		"occKey":        key,
		"occKeyColumns": keyColumns,
		"occIsRow":      isRow,
		"occCounted":    (*typeVersion).counted,
		"occNamespace":  namespace,
		"occIsKey":      isKey,

		"occHas":    e.has,
		"occFields": e.fields,
		"occField":  fieldLiteral,
		"occEdge":   edgeLiteral,

		"occMutation":      e.mutation,
		"occKeepsLoaded":   e.keepsLoaded,
		"occHeld":          e.held,
		"occLoaded":        e.loaded,
		"occQueryReceiver": queryReceiver,
	}
	return []*gen.Template{gen.MustParse(gen.NewTemplate(templateName).Funcs(funcs).ParseFS(templates, "template/*.tmpl"))}
}

// mutation reports whether the mutation of a type carries what is expected of its version. ent before v0.14.2 has no
// place for that, and prints the template as if it were a separate file.
func (e *Extension) mutation(of any) (bool, error) {
	t, ok := of.(*gen.Type)
	if !ok {
		return false, errors.New("entocc: this version of ent can't add fields to a mutation: go get entgo.io/ent@v0.14.6 (v0.14.2 at least)")
	}
	return e.plan.guards(t.Name), nil
}

// queryReceiver returns the name of the receiver in the builder of a query. ent before v0.14.4 has no method for it.
func queryReceiver(builder string) string {
	if t, ok := any(gen.Type{}).(interface{ QueryReceiver() string }); ok {
		return t.QueryReceiver()
	}
	return gen.Funcs["receiver"].(func(string) string)(builder)
}

// Hooks of the extension: the schemas are checked and planned before the code is generated, and the methods
// that ent has no template for are completed after.
func (e *Extension) Hooks() []gen.Hook {
	return []gen.Hook{func(next gen.Generator) gen.Generator {
		return gen.GenerateFunc(func(g *gen.Graph) error {
			if isTwice(g) {
				return errors.New("entocc: entc.Extensions has the extension of entocc twice: keep one")
			}
			p, err := newPlan(g, e)
			if err != nil {
				return err
			}
			if err := e.checkForgotten(p); err != nil {
				return err
			}
			if err := e.checkForgets(p); err != nil {
				return err
			}
			e.plan = p
			for _, v := range p.versions { // The mixins say so, too; mixin.Guard has no field to say it of.
				v.Field.Annotations = annotation.Protect(v.Field.Annotations)
			}
			if err := next.Generate(g); err != nil {
				return err
			}
			if err := dropDoubleImports(g, p.imports); err != nil {
				return err
			}
			if err := completeGenerated(g, e); err != nil {
				return err
			}
			return completeTypes(g, e)
		})
	}}
}

// isTwice reports whether two extensions of entocc have given the graph their templates.
func isTwice(g *gen.Graph) bool {
	n := 0
	for _, t := range g.Templates {
		if t.Name() == templateName {
			n++
		}
	}
	return n > 1
}

var _ entc.Extension = (*Extension)(nil)
