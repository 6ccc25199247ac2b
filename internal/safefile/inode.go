package safefile

import (
	"errors"
	"fmt"
	"syscall"
)

var errNoInode = errors.New("the system tells no inode number")

func inode(f File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", fmt.Errorf("%s: %w", info.Name(), errNoInode)
	}
	return fmt.Sprintf("inode %d", st.Ino), nil
}
