// Package annotation is what the mixins hand to the code generator.
package annotation

import (
	"encoding/json"
	"slices"

	"entgo.io/ent/schema"
)

// Kinds of versions, as the annotation names them.
const (
	KindCounter = "counter"
	KindTime    = "time"
	KindToken   = "token"
	KindTrigger = "trigger"
	KindSystem  = "system"
	// KindField is the kind of mixin.Guard: the type of the schema's own field decides.
	KindField = "field"
	// KindValues is the kind of mixin.Values, which has no version and no field.
	KindValues = "values"
)

// SystemColumn is the column of KindSystem, in which PostgreSQL keeps the transaction that wrote the row.
const SystemColumn = "xmin"

// Annotation describes the version of a schema to the extension of package entc. It travels as JSON.
type Annotation struct {
	// Versions holds one entry for each mixin of package mixin in the schema. More than one is an error at codegen.
	Versions []Version `json:"versions"`
}

// Version is one mixin's part of the [Annotation].
type Version struct {
	// Mixin is the name of the mixin, for error messages: "Version".
	Mixin string `json:"mixin"`
	// Field is the name of the version field.
	Field string `json:"field"`
	// Kind is one of the Kind constants.
	Kind string `json:"kind"`
	// AllowBlind, Only, Ignore and Touch are the mixin's options.
	AllowBlind bool     `json:"allow_blind,omitempty"`
	Only       []string `json:"only,omitempty"`
	Ignore     []string `json:"ignore,omitempty"`
	Touch      []string `json:"touch,omitempty"`
	// All is the option of mixin.Values.
	All bool `json:"all,omitempty"`
}

// Name is the annotation's name in a schema.
const Name = "EntOCC"

// Name implements schema.Annotation.
func (Annotation) Name() string { return Name }

// Merge keeps what both annotations say. ent would drop the second one silently.
func (a Annotation) Merge(other schema.Annotation) schema.Annotation {
	if o, ok := other.(Annotation); ok {
		a.Versions = append(slices.Clone(a.Versions), o.Versions...)
	}
	return a
}

// Decode reads the annotation as ent's codegen holds it.
func (a *Annotation) Decode(annotation any) error {
	buf, err := json.Marshal(annotation)
	if err != nil {
		return err
	}
	return json.Unmarshal(buf, a)
}

var _ schema.Merger = Annotation{}
