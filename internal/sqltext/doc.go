// Package sqltext writes statements that consist only of columns and values, like ent's builder but with a fraction of
// its allocations, and reads the primary key from predicates that ent wrote.
package sqltext
