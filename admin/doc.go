// Package admin is the port of operators and orchestrators: whether the process
// lives (/livez), why it would not serve requests ([Readiness], /readyz) and what
// it counts (/metrics). It asks for no credentials, so it belongs on loopback or
// a network of the operator's own, and answers to no name but its own.
package admin
