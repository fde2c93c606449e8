package cli

import (
	"runtime/debug"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// programVersion is the version of this program: that of its module, or what Go makes of the commit that it was built from.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// ownVersion is the version of the library that fits this program.
func ownVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "latest"
	}
	for _, dep := range info.Deps {
		if dep.Path == project.EntoccPath && dep.Replace == nil && !strings.HasPrefix(dep.Version, "v0.0.0-0") {
			return dep.Version
		}
	}
	return "latest"
}
