package vet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const docRawSQL = `report raw SQL that updates a versioned table and leaves the version as it is

	db.ExecContext(ctx, "UPDATE users SET name = $1 WHERE id = $2", name, id)

Nobody notices such a write: a save from an entity that was read before it goes through, and overwrites it. Move the
version on in the statement:

	UPDATE users SET name = $1, version = version + 1 WHERE id = $2

Looked at are constant statements in packages that import the generated client.`

// updated finds the table of an UPDATE: quoted or not, with or without a schema.
var updated = regexp.MustCompile("(?is)\\bUPDATE\\s+(?:ONLY\\s+|OR\\s+\\w+\\s+)?(?:[\"`\\[]?\\w+[\"`\\]]?\\.)?[\"`\\[]?(\\w+)[\"`\\]]?\\s+(?:AS\\s+)?(?:\\w+\\s+)?SET\\b")

// table is what a SQL statement has to get right for a versioned type.
type table struct {
	typ      string
	versions []string // columns that can be the version
}

func runRawSQL(p *pass) {
	tables := p.tables()
	if len(tables) == 0 {
		return
	}
	for _, call := range all[*ast.CallExpr](p) {
		for _, arg := range call.Args {
			text, ok := p.sqlText(call, arg)
			if !ok {
				continue
			}
			for _, match := range updated.FindAllStringSubmatch(text, -1) {
				t, ok := tables[strings.ToLower(match[1])]
				if !ok || namesAny(text, t.versions) {
					continue
				}
				p.report(arg, nil, "this UPDATE of %s leaves the version of the %s as it is: a save from an entity that was read before overwrites it silently. "+
					"Add %s to its SET", match[1], t.typ, bump(t.versions))
			}
		}
	}
}

func bump(versions []string) string {
	if len(versions) == 0 {
		return "the next version"
	}
	return versions[0] + " = " + versions[0] + " + 1"
}

func namesAny(text string, columns []string) bool {
	for _, column := range columns {
		if regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(column) + `\b`).MatchString(text) {
			return true
		}
	}
	return false
}

// sqlText returns the constant text of an argument in a call that sends SQL.
func (p *pass) sqlText(call *ast.CallExpr, arg ast.Expr) (string, bool) {
	f := p.callee(call)
	if f == nil || f.Signature().Recv() == nil {
		return "", false
	}
	for _, prefix := range []string{"Exec", "Query", "MustExec", "NamedExec", "Prepare"} {
		if strings.HasPrefix(f.Name(), prefix) {
			value := p.TypesInfo.Types[arg].Value
			if value == nil || value.Kind() != constant.String {
				return "", false
			}
			return constant.StringVal(value), true
		}
	}
	return "", false
}

// tables returns the tables of the versioned types of the clients that the package imports.
func (p *pass) tables() map[string]table {
	found := make(map[string]table)
	for _, client := range append(p.Pkg.Imports(), p.Pkg) {
		scope := client.Scope()
		if !isClient(client) {
			continue
		}
		for _, name := range scope.Names() {
			obj, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || !isEntity(obj) {
				continue
			}
			meta := subpackage(client, strings.ToLower(name))
			if meta == nil {
				continue
			}
			if text, ok := constantOf(meta, "Table"); ok {
				found[strings.ToLower(text)] = table{name, versionColumns(meta, builder{pkg: client, typ: name, kind: updateOne}.versionFields())}
			}
		}
	}
	return found
}

// versionColumns returns the columns of the fields that can be the version.
func versionColumns(meta *types.Package, fields map[string]bool) []string {
	var columns []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if column, ok := constantOf(meta, "Field"+field); ok {
			columns = append(columns, column)
		}
	}
	return columns
}

// subpackage returns the package with a type's names: ent/user of the client ent.
func subpackage(client *types.Package, name string) *types.Package {
	for _, imported := range client.Imports() {
		if imported.Path() == client.Path()+"/"+name {
			return imported
		}
	}
	return nil
}

func constantOf(pkg *types.Package, name string) (string, bool) {
	c, ok := pkg.Scope().Lookup(name).(*types.Const)
	if !ok || c.Val().Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Val()), true
}
