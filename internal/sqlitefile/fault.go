package sqlitefile

import (
	"errors"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// Fault says what is to blame for an error.
type Fault int

const (
	// Other is anything that the driver does not report.
	Other Fault = iota
	// Statement is what cannot be said to this database: at a start, the tables are
	// not ours.
	Statement
	// Content is what the file holds: it is damaged, or no database.
	Content
	// Disk is the disk, the file's permissions, or another process.
	Disk
	// Driver is whatever else the driver reports.
	Driver
)

// FaultOf says what is to blame for an error.
func FaultOf(err error) Fault {
	var e *driver.Error
	if !errors.As(err, &e) {
		return Other
	}
	switch e.Code() & 0xff { // the rest says more precisely what failed
	case codes.SQLITE_ERROR:
		return Statement
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return Content
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_READONLY, codes.SQLITE_CANTOPEN, codes.SQLITE_PERM,
		codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_PROTOCOL, codes.SQLITE_NOMEM,
		codes.SQLITE_NOLFS:
		return Disk
	}
	return Driver
}
