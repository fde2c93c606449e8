// Package entity has what an entity held when it was read, and how that differs from what a mutation wants and what the
// row holds now: the three sides of a merge.
//
// Shown on each database by these scenario groups of internal/suite: Diff.
package entity
