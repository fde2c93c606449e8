// Package touch finds, locks and bumps the parents of rows that change.
package touch
