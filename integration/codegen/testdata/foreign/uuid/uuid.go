// Package uuid is not the one that entocc uses.
package uuid

// UUID is the ID of a parcel.
type UUID string
