// Package operator is how the operator of a registrar asks it for something: over a
// socket in the registrar's directory, as the user that runs the registrar, or as root.
// The system says who asks; there is no password, and no certificate opens it.
package operator
