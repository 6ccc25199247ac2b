package boot

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// giveUp has connections of a listening socket end when what was sent is not taken for
// [Unacknowledged]. The kernel would try for a quarter of an hour, and who writes little
// would not notice (tcp(7), TCP_USER_TIMEOUT). A system without that option is no reason
// not to serve.
func giveUp(_, _ string, c syscall.RawConn) error {
	var err error
	failed := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(Unacknowledged.Milliseconds()))
	})
	if errors.Is(err, unix.ENOPROTOOPT) || errors.Is(err, unix.EOPNOTSUPP) {
		err = nil
	}
	return errors.Join(failed, os.NewSyscallError("setsockopt", err))
}
