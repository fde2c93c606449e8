// Package values knows what a caller saw in a row, and how each database compares that with the row's current values.
package values
