// Package docs has the documentation's code that belongs to no example. Its tests run it.
package docs
