//go:build !linux

package usersocket

import (
	"errors"
	"net"
)

// Known is false where the system does not say who is on the other side of a socket.
const Known = false

// User fails with [errors.ErrUnsupported].
func User(*net.UnixConn) (uid int, err error) { return -1, errors.ErrUnsupported }
