package entc

import (
	"path"
	"slices"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"
)

// imports returns the packages that generated files import by their own names, whether a file uses them or not:
// goimports, which ent runs on each, drops them. It would find most of them itself, but when a file lacks one, it
// parses all files beside, which is most of the time that ent takes without the extension.
//
// A package whose name the schemas use for another one is left to goimports.
func imports(g *gen.Graph) []string {
	named := make(map[string]string)
	use := func(typ *field.TypeInfo) {
		if typ != nil && typ.PkgPath != "" {
			named[packageName(typ)] = typ.PkgPath
		}
	}
	for _, n := range g.Nodes {
		named[n.Package()] = path.Join(g.Package, n.PackageDir())
		fields := n.Fields
		if n.HasOneFieldID() {
			fields = append(slices.Clip(fields), n.ID)
		}
		for _, f := range fields {
			use(f.Type)
		}
	}
	dependencies, _ := g.Annotations[gen.Dependencies{}.Name()].(gen.Dependencies)
	for _, d := range dependencies {
		use(d.Type)
	}
	return slices.DeleteFunc([]string{"encoding/json", "github.com/google/uuid", "reflect"}, func(pkg string) bool {
		other, ok := named[path.Base(pkg)]
		return ok && other != pkg
	})
}

// packageName returns the name by which ent imports the package of a type.
func packageName(typ *field.TypeInfo) string {
	if typ.PkgName != "" {
		return typ.PkgName
	}
	return path.Base(typ.PkgPath)
}
