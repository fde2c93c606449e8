package hook

import (
	"runtime"
	"slices"
	"strings"
)

// callSite returns where the program has called a builder of a generated package: the first code above the builder's own that
// belongs to none of the packages to skip, ent or entocc. Hooks of the program that run in between are below the builder. The
// stack is walked only for what is reported.
func callSite(generated string, skip []string) (p Place) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for built := false; ; {
		frame, more := frames.Next()
		pkg := packageOf(frame.Function)
		switch {
		case pkg == generated:
			built = true
		case built && !inner(pkg) && !slices.Contains(skip, pkg):
			p.File, p.Line, p.Function = frame.File, frame.Line, frame.Function
			return p
		}
		if !more {
			return p
		}
	}
}

// inner reports whether a package is one of entocc's, ent's or the runtime.
func inner(pkg string) bool {
	switch pkg {
	case "runtime", "github.com/entocc/entocc", "github.com/entocc/entocc/hook", "github.com/entocc/entocc/occrun",
		"github.com/entocc/entocc/internal/batch", "github.com/entocc/entocc/internal/write":
		return true
	}
	return pkg == "entgo.io/ent" || strings.HasPrefix(pkg, "entgo.io/ent/")
}

// packageOf returns the import path of a function.
func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	return strings.ReplaceAll(function[:slash]+name, "%2e", ".")
}
