// Package sqltext writes statements that are nothing but columns and values, as ent's builder would, in a fraction of its
// allocations, and reads the primary key from predicates that ent wrote.
package sqltext
