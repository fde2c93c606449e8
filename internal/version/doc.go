// Package version defines what a version is: the [Schema] of a type, the [Strategy] by which one version follows
// another, and the [Claim] that a write makes about the version of a row, with its errors.
//
// Shown on each database by these scenario groups of internal/suite: Kinds, Overflow, Legacy.
package version
