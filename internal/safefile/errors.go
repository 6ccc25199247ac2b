package safefile

import (
	"errors"
	"fmt"
)

var (
	// ErrInsecurePermissions: a file or the directory can be read or written
	// by others than it may be, or belongs to somebody else.
	ErrInsecurePermissions = errors.New("insecure permissions")
	// ErrUnsafePath: a symbolic link, hard link, FIFO, device or directory
	// stands where a plain file must be.
	ErrUnsafePath = errors.New("unsafe path")
	// ErrNotDirectory: the directory's path leads to something else. It is an
	// [ErrUnsafePath], too.
	ErrNotDirectory = fmt.Errorf("%w: not a directory", ErrUnsafePath)
	// ErrLocked: another process holds the directory.
	ErrLocked = errors.New("directory is in use by another process")
	// ErrTooLarge: the file is larger than the limit of its reader.
	ErrTooLarge = errors.New("file is too large")
)
