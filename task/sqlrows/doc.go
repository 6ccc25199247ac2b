// Package sqlrows keeps tasks in rows, of SQLite or of PostgreSQL: what a transaction
// decides is decided here, in Go between statements. The texts of the statements, and
// who carries transactions out, are the database's ([Database], [Statements]).
//
// Where many transactions write at a time, each takes its locks in one order, so that
// hardly any two wait for each other: tasks by their numbers, then their owners. The
// statements that lock are those with an update in their name, the ones that choose what
// is deleted or taken, and those that say so.
package sqlrows
