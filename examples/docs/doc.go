// Package docs has code of the documentation that belongs to no example. Its tests run it.
package docs
