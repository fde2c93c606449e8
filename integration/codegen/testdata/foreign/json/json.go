// Package json replaces encoding/json, as faster implementations do.
package json

import "encoding/json"

// Label is the label of a parcel.
type Label struct{ Text string }

// Unmarshal calls encoding/json.
func Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }
