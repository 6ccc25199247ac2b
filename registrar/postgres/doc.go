// Package postgres keeps what the registrar knows in PostgreSQL, for any number of
// replicas.
//
// A transaction that writes is READ COMMITTED, and takes advisory locks by name: that
// of a DID, known or not, before it reads anything of it, that of an address before it
// counts, that of the list of those that wait. So each of its statements sees what
// whoever had the lock before it committed. In a transaction with one snapshot
// (REPEATABLE READ, SERIALIZABLE) the lock itself would be the first statement, and
// what it waited for not be seen; and nothing here fails because of what others wrote
// meanwhile, so that no decision is made twice. A transaction that reads is REPEATABLE
// READ, and sees one state of the database.
//
// All tables are in the schema [Schema]. The rows are those of package sqlrows.
package postgres
