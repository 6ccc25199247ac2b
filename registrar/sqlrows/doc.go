// Package sqlrows reads and writes the registrar's rows in SQL, the same for every
// database that has it: what one of them says otherwise is its [Dialect].
//
// All SQL is in statements.go, a text for each method; what a transaction decides is
// decided above, in package registrar.
package sqlrows
