// Package postgrestest gives tests the real PostgreSQL: a server in a temporary directory, which ends with the test
// or, whatever becomes of that, with the process.
//
// Where no PostgreSQL is installed the test is skipped with a message that says so, except when CI=true.
package postgrestest
