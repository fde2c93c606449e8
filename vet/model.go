package vet

import (
	"go/types"
	"strings"
)

const entoccPath = "github.com/entocc/entocc"

// kind is what a generated builder does.
type kind string

// The kinds, as suffixes of the names of ent's builders.
const (
	updateOne kind = "UpdateOne"
	deleteOne kind = "DeleteOne"
	update    kind = "Update"
	deletes   kind = "Delete"
	create    kind = "Create"
)

// builder is a generated builder of a guarded type.
type builder struct {
	pkg  *types.Package // the client's package
	typ  string         // "User"
	kind kind
	// values reports that the type has no version, but mixin.Values.
	values bool
}

// builderOf returns the builder for a type, if it is the builder of a guarded type.
func builderOf(t types.Type) (builder, bool) {
	obj := named(t)
	if obj == nil || obj.Pkg() == nil {
		return builder{}, false
	}
	for _, k := range []kind{updateOne, deleteOne, update, deletes, create} { // Longer names first.
		typ, ok := strings.CutSuffix(obj.Name(), string(k))
		if !ok || typ == "" {
			continue
		}
		if entity := obj.Pkg().Scope().Lookup(typ); isEntity(entity) {
			return builder{obj.Pkg(), typ, k, false}, true
		} else if hasValues(entity) {
			return builder{obj.Pkg(), typ, k, true}, true
		}
	}
	return builder{}, false
}

// one reports whether the builder writes one row.
func (b builder) one() bool { return b.kind == updateOne || b.kind == deleteOne }

// states reports whether the builder has methods that name a version.
func (b builder) states() bool {
	return hasMethod(b.pkg.Scope().Lookup(b.typ+string(b.kind)), "IfVersion")
}

// versionFields returns the fields of the entity that can be its version: those of the type that IfVersion takes,
// without a setter on updates. The client does not say which one it is.
func (b builder) versionFields() map[string]bool {
	updates := b.pkg.Scope().Lookup(b.typ + string(updateOne))
	ifVersion := method(updates, "IfVersion")
	if ifVersion == nil || ifVersion.Signature().Params().Len() == 0 {
		return nil
	}
	version := ifVersion.Signature().Params().At(0).Type()
	entity, ok := b.pkg.Scope().Lookup(b.typ).Type().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	fields := make(map[string]bool)
	for f := range entity.Fields() {
		if f.Exported() && f.Name() != "ID" && types.Identical(deref(f.Type()), version) && method(updates, "Set"+f.Name()) == nil {
			fields[f.Name()] = true
		}
	}
	return fields
}

// entityOf returns the entity of a type, which may be a pointer.
func entityOf(t types.Type) (pkg *types.Package, typ string, ok bool) {
	obj := named(t)
	if obj == nil || !isEntity(obj) {
		return nil, "", false
	}
	return obj.Pkg(), obj.Name(), true
}

// isEntity reports whether an object is an entity of a versioned type: entocc generates its VersionKey. A user's type
// that embeds an entity does not count.
func isEntity(obj types.Object) bool {
	if obj == nil || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() || !isClient(obj.Pkg()) {
		return false
	}
	f := method(obj, "VersionKey")
	if f == nil || f.Signature().Results().Len() != 1 {
		return false
	}
	key := named(f.Signature().Results().At(0).Type())
	return key != nil && key.Name() == "VersionKey" && key.Pkg() != nil && key.Pkg().Path() == entoccPath
}

// hasValues reports whether an object is an entity that is guarded by the values of its row: entocc generates IgnoreValues
// for its builders.
func hasValues(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && isClient(obj.Pkg()) && hasMethod(obj.Pkg().Scope().Lookup(obj.Name()+string(updateOne)), "IgnoreValues")
}

// isClient reports whether a package is a client that entocc generated.
func isClient(pkg *types.Package) bool { return pkg.Scope().Lookup("IsRecordModified") != nil }

// named returns the name of a type, or of the type that it points to.
func named(t types.Type) *types.TypeName {
	if n, ok := types.Unalias(deref(t)).(*types.Named); ok {
		return n.Obj()
	}
	return nil
}

func deref(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func hasMethod(obj types.Object, name string) bool { return method(obj, name) != nil }

// method returns a method of a pointer to the type of that name.
func method(obj types.Object, name string) *types.Func {
	tn, ok := obj.(*types.TypeName)
	if !ok {
		return nil
	}
	if types.IsInterface(tn.Type()) {
		return nil
	}
	found, _, _ := types.LookupFieldOrMethod(types.NewPointer(tn.Type()), true, tn.Pkg(), name)
	f, _ := found.(*types.Func)
	return f
}
