package occgql

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// show returns what a client sees of a row as JSON, or nothing. A value that can't be written as JSON must not break
// the whole response.
func (c *Conflicts) show(ctx context.Context, typ string, entity any) (json.RawMessage, error) {
	show := c.Show
	if show == nil {
		show = func(_ context.Context, entity any) (any, error) { return c.shown(typ, entity), nil }
	}
	shown, err := show(ctx, entity)
	if err != nil || shown == nil {
		return nil, err
	}
	return json.Marshal(shown)
}

// shown is the default of Show.
func (c *Conflicts) shown(typ string, entity any) any {
	fields := c.fields(typ)
	if len(fields) == 0 {
		return nil
	}
	shown := make(map[string]any)
	v := reflect.Indirect(reflect.ValueOf(entity))
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		def := fields[plain(tag)]
		if def == nil || tag == "" || !v.Type().Field(i).IsExported() {
			continue
		}
		if value, ok := c.value(def, v.Field(i)); ok {
			shown[def.Name] = value
		}
	}
	return shown
}

// fields returns the fields of a GraphQL type that hold values of a row, by their plain names.
func (c *Conflicts) fields(typ string) map[string]*ast.FieldDefinition {
	def := c.schema.Types[typ]
	if def == nil || def.Kind != ast.Object || guarded(def.Directives) {
		return nil
	}
	fields := make(map[string]*ast.FieldDefinition)
	for _, f := range def.Fields {
		if named := c.schema.Types[f.Type.Name()]; named == nil || !named.IsLeafType() || len(f.Arguments) > 0 || guarded(f.Directives) {
			continue
		}
		fields[plain(f.Name)] = f
	}
	return fields
}

// guarded reports a directive that may deny some callers access: any that is not known to do something else.
func guarded(directives ast.DirectiveList) bool {
	return slices.ContainsFunc(directives, func(d *ast.Directive) bool {
		return !slices.Contains([]string{"deprecated", "goModel", "goField", "goTag", "goExtraField", "specifiedBy"}, d.Name)
	})
}

// names returns the names that fields have in the GraphQL type. Fields that it does not have are left out.
func (c *Conflicts) names(typ string, n int, name func(i int) (string, bool)) []string {
	fields, names := c.fields(typ), []string{}
	for i := range n {
		ent, told := name(i)
		if def := fields[plain(ent)]; told && def != nil {
			names = append(names, def.Name)
		}
	}
	return names
}

// plain is a name without the differences in ent's and GraphQL's spelling: category_id is categoryID.
func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// value returns the value of a field as JSON, as gqlgen would write it.
func (c *Conflicts) value(def *ast.FieldDefinition, v reflect.Value) (any, bool) {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, true
	}
	name := def.Type.Name()
	var buf bytes.Buffer
	switch marshaler, ok := v.Interface().(graphql.Marshaler); {
	case name == "ID", name == "Version":
		return idText(reflect.Indirect(v).Interface()), true
	case ok:
		marshaler.MarshalGQL(&buf)
	default:
		// A value that JSON can't hold must not break the others.
		if err := json.NewEncoder(&buf).Encode(v.Interface()); err != nil {
			return nil, false
		}
	}
	return json.RawMessage(buf.Bytes()), json.Valid(buf.Bytes())
}

// idText writes an ID; a composite ID as a list of its parts.
func idText(id any) any {
	if ids, composite := id.([]any); composite {
		texts := make([]any, len(ids))
		for i, part := range ids {
			texts[i] = idText(part)
		}
		return texts
	}
	return fmt.Sprint(id)
}

// versionText writes a version; several as a list, and none as null.
func versionText(version any) any {
	switch version := version.(type) {
	case nil:
		return nil
	case time.Time:
		return version.Format(time.RFC3339Nano)
	}
	return idText(version)
}
