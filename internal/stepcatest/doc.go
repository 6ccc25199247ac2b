// Package stepcatest is a stand-in for step-ca in unit tests: the same paths,
// bodies and status codes over TLS, with tokens burnt at first use, and with
// every fault a test can ask for. [CA] alone mints the certificates that a
// real step-ca would never issue.
package stepcatest
