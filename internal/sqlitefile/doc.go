// Package sqlitefile opens a SQLite database that lies in a directory of ours: one
// private file in WAL mode, with the two that SQLite keeps beside it.
package sqlitefile
