package boot_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/getbindu/bindu-go/internal/boot"
)

// A connection whose other end has gone without a word ends, though nothing is read of it.
func TestConnectionsGiveUp(t *testing.T) {
	t.Parallel()
	ln, err := boot.Listen("HOST", "PORT", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var after int
	failed := raw.Control(func(fd uintptr) {
		after, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
	})
	if failed != nil || err != nil || after != int(boot.Unacknowledged.Milliseconds()) {
		t.Errorf("it gives up after %d ms, %v %v", after, failed, err)
	}
}
