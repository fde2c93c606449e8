// Package sqltext writes statements that are nothing but columns and values, as ent's builder would, in a fraction of its
// allocations.
package sqltext
