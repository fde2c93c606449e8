// Package touch finds, locks and bumps the parents of rows that change.
//
// Shown on each database by these scenario groups of internal/suite: Touch, Children, Aggregate.
package touch
