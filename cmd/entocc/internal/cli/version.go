package cli

import (
	"runtime/debug"

	"golang.org/x/mod/semver"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// programVersion is the version of this program: its module's, or the one that Go derives from the commit that it was
// built from.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// libraryVersion is the version of the library that a program was built with; the latest if that is not a release.
func libraryVersion(info *debug.BuildInfo) string {
	for _, dep := range info.Deps {
		if dep.Path == project.EntoccPath && dep.Replace == nil && semver.IsValid(dep.Version) {
			return dep.Version
		}
	}
	return "latest"
}
