// Package registrartest is the suite that every store of the registrar passes, with
// an authorization server and agents for tests.
package registrartest
