// Package route finds what answers a request by its path: one that is listed, or one
// of a pattern. Nothing is cleaned and nothing decoded, so that a path has one
// spelling.
package route
