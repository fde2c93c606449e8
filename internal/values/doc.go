// Package values knows what a caller saw in a row, and how each database compares it with what the row holds by now.
package values
