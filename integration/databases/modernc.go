//go:build everything

package databases

import _ "modernc.org/sqlite" // the driver "sqlite"
