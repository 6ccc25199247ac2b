// Package sqlite keeps what the registrar knows in one SQLite file.
//
// The file is in WAL mode with synchronous=FULL: what was acknowledged, such as a
// revocation, survives a loss of power. There is one connection for writing, whose
// transactions lock the database, and a few for reading, which never wait for it.
//
// The rows are those of package sqlrows.
package sqlite
