// Package links holds the bounds on what a package links. Whoever uses one of
// ours in a program of their own gets all that it imports, and so does every
// build and every audit of it.
package links
