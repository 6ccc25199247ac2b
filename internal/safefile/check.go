package safefile

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPlain refuses everything but a regular file of ours with one name: a
// second hard link would let somebody else keep reading what we write.
func checkPlain(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is %s, not a plain file", ErrUnsafePath, path, kind(info.Mode()))
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Nlink > 1 {
		return fmt.Errorf("%w: %s has %d hard links", ErrUnsafePath, path, st.Nlink)
	}
	return checkOwner(path, info)
}

func checkOwner(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) == os.Geteuid() {
		return nil
	}
	return fmt.Errorf("%w: %s belongs to user %d, this process runs as user %d; chown it or run as its owner",
		ErrInsecurePermissions, path, st.Uid, os.Geteuid())
}

func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	default:
		return "a regular file"
	}
}
