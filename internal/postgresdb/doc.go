// Package postgresdb is a database in PostgreSQL of which one of our programs has a schema:
// where it is and how it is reached, the connections, transactions that somebody waits
// for no longer than they may take, migrations that one process makes while others wait,
// and what an error means. Nothing that it says has the password.
package postgresdb
