// Package postgres is the memory of replays that all processes share which serve as one
// agent: a [replay.Ledger] in PostgreSQL.
//
// A key is admitted by one statement, which is one round trip and is committed, to the disk,
// before it answers. Of two that bring the same key at once, wherever, the second waits for
// the first. The same statement makes sure that it is asked of the server that has written
// all: a standby fails, and where the server's history is another than that of the last
// answer, since a backup was restored or a standby was promoted, what it lacks was admitted
// all the same. Then whatever was signed until a few seconds after that is refused.
//
// Not recognised is a snapshot of a whole server that goes on in the place of the original,
// and what is lost by a server that does not bring its commits to the disk (fsync=off).
package postgres
