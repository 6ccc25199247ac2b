// Package postgres keeps the tasks of one agent in PostgreSQL, for any number of
// processes that serve it.
//
// What a transaction decides is decided by package sqlrows, here under locks of rows: a
// transaction that writes is READ COMMITTED, so that what it reads after it has waited for
// a lock is what whoever had it before committed. Events get their numbers under the lock
// of their task, and what an owner has is counted under the lock of the owner. Where two
// wait for each other all the same, or make the same task, one is undone by the server and
// run again. A transaction that reads is REPEATABLE READ, and sees one state.
//
// Leases are measured by the server's clock. A connection is taken only to a server that
// can be written: a standby, which may lag, is never asked.
//
// All tables are in the schema [Schema], which remembers whose tasks it has.
package postgres
