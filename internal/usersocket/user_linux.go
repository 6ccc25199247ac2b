package usersocket

import (
	"errors"
	"net"
	"syscall"
)

// Known is true where the system says who is on the other side of a socket.
const Known = true

// User returns the user id of the other side, as of when it connected.
func User(conn *net.UnixConn) (uid int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1, err
	}
	var peer *syscall.Ucred
	failed := raw.Control(func(fd uintptr) {
		peer, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err := errors.Join(failed, err); err != nil {
		return -1, err
	}
	return int(peer.Uid), nil
}
