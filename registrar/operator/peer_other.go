//go:build !linux

package operator

import (
	"errors"
	"net"
)

const knowsPeers = false

func peerUser(*net.UnixConn) (uid int, err error) { return -1, errors.ErrUnsupported }
