// Package links holds the bounds on what a package links, and on what users of one
// need. Whoever uses one of ours in a program of their own gets all that it imports,
// and so does every build and every audit of it; and can use of it only what has a
// name outside of this module.
package links
