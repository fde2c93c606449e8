package entc

import (
	"strconv"
	"strings"

	"entgo.io/ent/entc/gen"

	"github.com/entocc/entocc/internal/counted"
)

// counted returns the Go expressions of the columns whose change bumps the version, as a list; empty means all.
func (v *typeVersion) counted() string {
	var columns []string
	for _, c := range counted.Columns(v.Type, v.said) {
		if c.Field == nil {
			columns = append(columns, strconv.Quote(c.Name))
			continue
		}
		columns = append(columns, v.Type.Package()+"."+c.Field.Constant())
	}
	return strings.Join(columns, ", ")
}

// namespace returns the schema of the database that a table is in, if its ent schema says so.
func namespace(t *gen.Type) string {
	if a := t.EntSQL(); a != nil {
		return a.Schema
	}
	return ""
}
