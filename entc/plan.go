package entc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entocc/entocc/internal/annotation"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"
)

// plan is what the templates ask about the schemas of one run.
type plan struct {
	versions map[string]*typeVersion
	// values are the types that have no version, and are guarded by their values.
	values map[string]*typeValues
	links  map[string]*typeLinks
	// linked holds the values of links in the order of the graph.
	linked []*typeLinks
	// imports are packages that generated code may use.
	imports []string
}

// typeVersion is the version of one type, as the templates see it.
type typeVersion struct {
	// Type is the type, and Field its version field.
	Type  *gen.Type
	Field *gen.Field
	// GoType is the Go type of the version, and Strategy the expression of its strategy.
	GoType, Strategy string
	// Zero is the Go condition, with a %s for the entity, that a version is the zero one.
	zero string
	// AllowBlind is the mixin's option.
	AllowBlind bool
	// Only and Ignore hold the Go expressions of the fields and edges that count, and that do not.
	Only, Ignore []string
	// Appends are the JSON fields that updates can append to.
	Appends []*gen.Field
	// Touch are the edges to parents that a change bumps, too. Row reports that the type touches, or is touched.
	Touch []*gen.Edge
	Row   bool
	// said is what the schema says.
	said annotation.Version
}

// IsZero returns the Go condition that the version of an entity is the zero one.
func (v *typeVersion) IsZero(entity string) string {
	return fmt.Sprintf(v.zero, entity+"."+v.Field.StructField())
}

// Ordered reports whether of two versions one is the later, which an upsert may choose.
func (v *typeVersion) Ordered() bool {
	return v.Strategy == "Counter" || v.Strategy == "Timestamp" || strings.HasPrefix(v.Strategy, "Integer[")
}

// System reports whether the version is a system column of the database.
func (v *typeVersion) System() bool { return v.said.Kind == annotation.KindSystem }

// Reused are the columns of which an entity keeps nothing but a copy of what was scanned. An entity may keep the
// destination itself of a field that scans itself, by its Go type or a ValueScanner.
func (v *typeVersion) Reused() []*gen.Field {
	var reused []*gen.Field
	fields := v.Type.Fields
	if v.Type.HasOneFieldID() {
		fields = append([]*gen.Field{v.Type.ID}, fields...)
	}
	for _, f := range fields {
		if f.HasValueScanner() || f.Type.ValueScanner() {
			continue
		}
		switch f.ScanType() {
		case "sql.NullInt64", "sql.NullFloat64", "sql.NullString", "sql.NullBool", "sql.NullTime", "[]byte":
			reused = append(reused, f)
		}
	}
	return reused
}

// typeLinks is what one type's edges write to other types, as the templates see it.
type typeLinks struct {
	Type *gen.Type
	// Children are the edges whose foreign key is a column of a versioned type's table.
	Children []*gen.Edge
	// Through are the edges over a versioned edge schema that has no other field with a default.
	Through []*gen.Edge
}

// newPlan checks the graph and plans the generation. It makes the version fields ones that update builders have no
// setter for.
func newPlan(g *gen.Graph, e *Extension) (*plan, error) {
	if g.Storage != nil && g.Storage.Name != "sql" {
		return nil, fmt.Errorf("entocc: storage %q can't be guarded: use ent's SQL storage", g.Storage.Name)
	}
	if err := checkTarget(g); err != nil {
		return nil, err
	}
	p := &plan{versions: make(map[string]*typeVersion), values: make(map[string]*typeValues), links: make(map[string]*typeLinks), imports: imports(g)}
	for _, n := range g.Nodes {
		if err := checkPackage(n); err != nil {
			return nil, err
		}
		if err := p.add(n, e); err != nil {
			return nil, err
		}
	}
	if err := p.setTouches(g); err != nil {
		return nil, err
	}
	for _, n := range g.Nodes {
		if err := checkName(g, n, p, e); err != nil {
			return nil, err
		}
		if l := p.newLinks(n); l != nil {
			p.links[n.Name] = l
			p.linked = append(p.linked, l)
		}
	}
	return p, nil
}

// system reports whether any version is a system column of the database.
func (p *plan) system() bool {
	for _, v := range p.versions {
		if v.System() {
			return true
		}
	}
	return false
}

// newLinks collects the edges of n that write to versioned rows of other types.
func (p *plan) newLinks(n *gen.Type) *typeLinks {
	l := &typeLinks{Type: n}
	for _, e := range n.EdgesWithID() {
		switch {
		case (e.O2M() || e.O2O() && (!e.IsInverse() || e.Bidi)) && p.versions[e.Type.Name] != nil:
			l.Children = append(l.Children, e)
		case e.M2M() && e.Through != nil && p.onlyDefault(e.Through):
			l.Through = append(l.Through, e)
		}
	}
	if len(l.Children)+len(l.Through) == 0 {
		return nil
	}
	return l
}

// onlyDefault reports whether the version of an edge schema is its only field with a default, and one that the database
// has a default for.
func (p *plan) onlyDefault(through *gen.Type) bool {
	v := p.versions[through.Name]
	return v != nil && !slices.ContainsFunc(through.Fields, func(f *gen.Field) bool { return f.Default && f != v.Field }) &&
		(!through.HasOneFieldID() || !through.ID.Default)
}

// guards reports whether the writes of a type are guarded.
func (p *plan) guards(typ string) bool { return p.versions[typ] != nil || p.values[typ] != nil }

// add plans how a type is guarded, if it is.
func (p *plan) add(n *gen.Type, e *Extension) error {
	versions, err := versionsOf(n)
	if err != nil || len(versions) == 0 {
		return err
	}
	if err := checkType(n, versions, e); err != nil {
		return err
	}
	if versions[0].Kind == annotation.KindValues {
		p.values[n.Name], err = newValues(n, versions[0])
		return err
	}
	p.versions[n.Name], err = newVersion(n, versions[0])
	return err
}

// newVersion returns the version that a mixin gives a type.
func newVersion(n *gen.Type, a annotation.Version) (*typeVersion, error) {
	if a.Field == "" {
		return nil, fmt.Errorf("entocc: mixin.%s of %s names no field: write mixin.%s{Field: \"rev\"} with the name of one of these: %s", a.Mixin, n.Name, a.Mixin, known(n))
	}
	i := slices.IndexFunc(n.Fields, func(f *gen.Field) bool { return f.Name == a.Field })
	if i < 0 {
		return nil, fmt.Errorf("entocc: %s has no field %q, which its mixin.%s names: add it to the schema's Fields, or name one that is there", n.Name, a.Field, a.Mixin)
	}
	if err := checkVersionField(n, n.Fields[i], a); err != nil {
		return nil, err
	}
	v := &typeVersion{Type: n, Field: n.Fields[i], AllowBlind: a.AllowBlind, said: a}
	if err := v.setKind(a); err != nil {
		return nil, err
	}
	if err := v.setLists(a); err != nil {
		return nil, err
	}
	v.Field.Immutable, v.Field.UpdateDefault = true, false
	return v, nil
}

// setKind sets how the version is made, by the mixin or by the type of the schema's own field.
func (v *typeVersion) setKind(a annotation.Version) error {
	f := v.Field
	switch {
	case a.Kind == annotation.KindTime && f.Type.Type == field.TypeInt64 && !f.HasGoType():
		v.Strategy, v.GoType, v.zero = "Timestamp", "int64", "%s == 0"
	case a.Kind == annotation.KindTrigger && f.Type.Type == field.TypeInt64 && !f.HasGoType():
		v.Strategy, v.GoType, v.zero = "Trigger", "int64", "%s == 0"
	case a.Kind == annotation.KindSystem && f.StorageKey() == annotation.SystemColumn && f.Type.Type == field.TypeInt64 && !f.HasGoType():
		v.Strategy, v.GoType, v.zero = "System", "int64", "%s == 0"
	case a.Kind == annotation.KindSystem:
		return fmt.Errorf("entocc: field %s.%s is not the one of mixin.SystemVersion, whose column is %s: drop the schema's own field, or name the mixin's by mixin.SystemVersion{Name: ..}",
			v.Type.Name, f.Name, annotation.SystemColumn)
	case f.Type.Type == field.TypeInt64 && !f.HasGoType():
		v.Strategy, v.GoType, v.zero = "Counter", "int64", "%s == 0"
	case f.Type.Type.Integer() && !f.HasGoType():
		v.GoType, v.zero = f.Type.Type.String(), "%s == 0"
		v.Strategy = "Integer[" + v.GoType + "]"
	case f.Type.Type == field.TypeUUID && f.Type.String() == "uuid.UUID":
		v.Strategy, v.GoType, v.zero = "Token", "uuid.UUID", "%s == uuid.Nil"
	case f.Type.Type == field.TypeTime && !f.HasGoType():
		v.Strategy, v.GoType, v.zero = "Time", "time.Time", "%s.IsZero()"
		return checkPrecision(v.Type, f)
	default:
		return fmt.Errorf("entocc: field %s.%s of type %s cannot be a version field: use field.Int64 or another integer, field.UUID(%q, uuid.UUID{}) or field.Time, "+
			"or drop mixin.%s and add mixin.Version{Name: ..} beside it", v.Type.Name, f.Name, f.Type, f.Name, a.Mixin)
	}
	return nil
}

// setLists resolves the names of Only and Ignore to what mutations call fields and edges. An edge and the field that it
// is bound to change together.
func (v *typeVersion) setLists(a annotation.Version) (err error) {
	if len(a.Only) > 0 && len(a.Ignore) > 0 {
		return fmt.Errorf("entocc: mixin.%s of %s has both Only and Ignore: keep the shorter list, Only means all others are ignored", a.Mixin, v.Type.Name)
	}
	if v.Only, err = resolve(v.Type, a, "Only", a.Only); err != nil {
		return err
	}
	if v.Ignore, err = resolve(v.Type, a, "Ignore", a.Ignore); err != nil {
		return err
	}
	for _, f := range v.Type.Fields {
		if f.SupportsMutationAppend() {
			v.Appends = append(v.Appends, f)
		}
	}
	return nil
}
