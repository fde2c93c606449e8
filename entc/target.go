package entc

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"entgo.io/ent/entc/gen"
)

// checkTarget refuses a Target that is not the folder of its Package, as where --target was translated without the Package
// that ent's command takes from it: what is generated there would import packages that are elsewhere, or nowhere.
// Outside of any module, and in one that a Package of the user's own does not belong to, the two have nothing in common.
func checkTarget(g *gen.Graph) error {
	if strings.Contains(os.Getenv("GOFLAGS"), "-modfile") {
		return nil
	}
	abs, err := filepath.Abs(g.Target)
	if err != nil {
		return err
	}
	module, pkg := packageOf(abs)
	if module == "" || samePackage(pkg, g.Package) {
		return nil
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil && real != abs {
		if _, other := packageOf(real); samePackage(other, g.Package) {
			return nil
		}
	}
	if byDefault := g.Package == path.Dir(g.Schema); !byDefault && g.Package != module && !strings.HasPrefix(g.Package, module+"/") {
		return nil
	}
	return fmt.Errorf("entocc: Target %q is the folder of package %q, and what is generated there would import %q: "+
		"write gen.Config{Target: %[1]q, Package: %[2]q}, or generate to a folder outside of the module", g.Target, pkg, g.Package)
}

// moduleLine is the line of a go.mod that names its module.
var moduleLine = regexp.MustCompile(`(?m)^module[ \t]+["` + "`" + `]?([^\s"` + "`" + `]+)`)

// packageOf returns the path of the module that a folder lies in, and of the package that the folder is; nothing if it
// lies in none. The folder need not be there yet.
func packageOf(dir string) (module, pkg string) {
	for root := dir; ; root = filepath.Dir(root) {
		if mod, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil {
			name := moduleLine.FindSubmatch(mod)
			rel, err := filepath.Rel(root, dir)
			if name == nil || err != nil {
				return "", ""
			}
			return string(name[1]), path.Join(string(name[1]), filepath.ToSlash(rel))
		}
		if filepath.Dir(root) == root {
			return "", ""
		}
	}
}

// samePackage compares import paths. ent writes the last element of one with underscores.
func samePackage(a, b string) bool {
	return strings.ReplaceAll(a, "-", "_") == strings.ReplaceAll(b, "-", "_")
}
