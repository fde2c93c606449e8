package entc

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/entocc/entocc/internal/annotation"

	"entgo.io/ent/entc/gen"
)

// versionsOf returns the versions of a type, as its mixins' annotations and the marks of their fields state them. A mixin
// of the project's own may have taken over any part of one of ours: the fields alone, or all but the annotation.
func versionsOf(n *gen.Type) ([]annotation.Version, error) {
	stated, err := decode(n.Annotations, n.Name)
	if err != nil {
		return nil, err
	}
	for _, f := range n.Fields {
		marks, err := decode(f.Annotations, n.Name+"."+f.Name)
		if err != nil {
			return nil, err
		}
		for _, mark := range marks {
			if stated, err = addMark(n, f, stated, mark); err != nil {
				return nil, err
			}
		}
	}
	return stated, nil
}

// addMark adds what a field says of its mixin to what the annotations say, if they do not say it themselves.
func addMark(n *gen.Type, f *gen.Field, stated []annotation.Version, mark annotation.Version) ([]annotation.Version, error) {
	i := slices.IndexFunc(stated, func(a annotation.Version) bool { return a.Field == mark.Field })
	switch {
	case i < 0:
		mark.Field = f.Name // Which may be another than the mixin gave it.
		return append(stated, mark), nil
	case stated[i].Kind == annotation.KindField:
		return stated, nil // mixin.Guard says itself how it guards a field, whoever made that.
	case !reflect.DeepEqual(stated[i], mark):
		return nil, fmt.Errorf("entocc: %s has field %q of mixin.%s, and the annotation of a mixin.%s that has other options: "+
			"keep one mixin itself in Mixin(), or take all of its parts from one value", n.Name, f.Name, mark.Mixin, stated[i].Mixin)
	}
	stated[i].Field = f.Name
	return stated, nil
}

// decode reads our annotation out of those of a type or field.
func decode(annotations map[string]any, of string) ([]annotation.Version, error) {
	raw, ok := annotations[annotation.Name]
	if !ok {
		return nil, nil
	}
	var ant annotation.Annotation
	if err := ant.Decode(raw); err != nil {
		return nil, fmt.Errorf("entocc: reading the annotation of %s: %w", of, err)
	}
	return ant.Versions, nil
}
