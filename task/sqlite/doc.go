// Package sqlite keeps tasks in one SQLite file in the agent's directory.
//
// The file is in WAL mode with synchronous=NORMAL: a transaction that was
// acknowledged survives the death of the process (kill -9); a loss of power may
// undo the last ones, without damage to the file. There is one connection for
// writing, so that writers queue in this process instead of failing busy, and a
// few for reading, which never wait for it.
//
// All SQL is in statements.go. What a transaction decides is decided by package sqlrows
// between statements, here under the turn of the one writer.
package sqlite
