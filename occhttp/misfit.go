package occhttp

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// misfit says where a JSON value would mean something else to package json than to its client, "" for nowhere: package json takes "Theme"
// for the field theme of a struct, where a merge takes them for two, and null in a list for a zero value.
func misfit(t reflect.Type, value any) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return ""
	}
	switch value := value.(type) {
	case map[string]any:
		return misfitObject(t, value)
	case []any:
		return misfitList(t, value)
	}
	return ""
}

func misfitObject(t reflect.Type, object map[string]any) string {
	for name, value := range object {
		problem := ""
		switch t.Kind() {
		case reflect.Map:
			problem = misfit(t.Elem(), value)
		case reflect.Struct:
			field, ok := fieldNamed(t, name)
			if !ok {
				return fmt.Sprintf("it has no %q", name)
			}
			problem = misfit(field, value)
		}
		if problem != "" {
			return problem
		}
	}
	return ""
}

func misfitList(t reflect.Type, list []any) string {
	if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
		return ""
	}
	nullable := slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice}, t.Elem().Kind())
	for _, value := range list {
		if value == nil && !nullable && !reflect.PointerTo(t.Elem()).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return "null is not allowed in a list"
		}
		if problem := misfit(t.Elem(), value); problem != "" {
			return problem
		}
	}
	return ""
}

// fieldNamed returns the type of the field that package json writes by this name.
func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" || !f.IsExported() || tag == "-" {
			continue // The fields of an embedded struct are in the list themselves.
		}
		if tag == "" {
			tag = f.Name
		}
		if tag == name {
			return f.Type, true
		}
	}
	return nil, false
}
