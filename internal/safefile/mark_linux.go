package safefile

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Mark tells a file from a copy of it: it is when the file was made on its file
// system, which no copying, unpacking or restoring carries over. Where that is
// not recorded it is the file's inode number, which a copy may get by chance.
// A block-level snapshot of the whole file system has the same marks.
func Mark(f File) (string, error) {
	var st unix.Statx_t
	err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_BTIME, &st)
	if err == nil && st.Mask&unix.STATX_BTIME != 0 && st.Btime.Sec != 0 {
		return fmt.Sprintf("born %d.%09d", st.Btime.Sec, st.Btime.Nsec), nil
	}
	return inode(f)
}
