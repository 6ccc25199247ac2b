package usersocket_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/usersocket"
)

func TestOnlyTheOwnUserAndRootAreServed(t *testing.T) {
	for _, c := range []struct {
		uid, own int
		want     bool
	}{{0, 0, true}, {0, 1000, true}, {1000, 1000, true}, {1000, 0, false}, {1001, 1000, false}, {-1, 1000, false}, {-1, 0, false}} {
		if got := usersocket.Serves(c.uid, c.own); got != c.want {
			t.Errorf("user %d of %d: %v", c.uid, c.own, got)
		}
	}
}

// Whoever else connects, or is not known, is hung up on unheard.
func TestSomebodyElseIsHungUpOn(t *testing.T) {
	if !usersocket.Known {
		t.Skip("the system does not say who connects")
	}
	for name, other := range map[string]func(*net.UnixConn) (int, error){
		"another user": func(*net.UnixConn) (int, error) { return os.Geteuid() + 1, nil },
		"not known":    func(*net.UnixConn) (int, error) { return os.Geteuid(), errors.New("not known") },
	} {
		t.Run(name, func(t *testing.T) {
			dir, told := t.TempDir(), 0
			ln, err := usersocket.Listen(dir, "s", func(int, error) { told++ })
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			ln.Who = func(c *net.UnixConn) (int, error) {
				ln.Who = usersocket.User
				return other(c)
			}
			first, second := dial(t, dir), dial(t, dir)
			conn, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := first.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || told != 1 {
				t.Errorf("the other reads %v, told %d times", err, told)
			}
			if _, err := conn.Write([]byte("x")); err != nil || conn.RemoteAddr().String() != usersocket.Addr(os.Geteuid()).String() {
				t.Errorf("%v, %v", conn.RemoteAddr(), err)
			}
			if _, err := second.Read(make([]byte, 1)); err != nil {
				t.Errorf("who is served reads %v", err)
			}
		})
	}
}

func dial(t *testing.T, dir string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// What a process left is replaced, what is no socket is not, and nothing stays behind.
func TestThePlaceOfTheSocket(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	ln, err := usersocket.Listen(dir, "s", nil)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := usersocket.Listen(dir, "s", nil); !errors.Is(err, safefile.ErrUnsafePath) {
		t.Errorf("over a file: %v", err)
	}
}
