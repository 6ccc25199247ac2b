// Package usersocket is a Unix socket that serves one user, and root: whoever connects is
// known to the system, so that nobody has to show anything.
package usersocket

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// Listener takes connections of the user that this process runs as, and of root.
type Listener struct {
	*net.UnixListener
	// Who says who is on the other side: [User].
	Who  func(*net.UnixConn) (uid int, err error)
	path string
	told func(uid int, err error)
}

// Listen opens the socket name in a directory. A socket that is there was left by a
// process that ended. told is called for each connection of somebody else, which is closed
// unheard; err says why it is not known who that is. Errors: [safefile.ErrUnsafePath] where
// something else is in its place, [errors.ErrUnsupported] where the system does not say who
// connects.
func Listen(dir, name string, told func(uid int, err error)) (*Listener, error) {
	if !Known {
		return nil, errors.ErrUnsupported
	}
	path := filepath.Join(dir, name)
	if err := removeLeft(path); err != nil {
		return nil, err
	}
	ln, err := listen(dir, name)
	if err != nil {
		return nil, err
	}
	// Whoever is quicker is known all the same.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return &Listener{ln, User, path, told}, nil
}

func removeLeft(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%w: %s is no socket", safefile.ErrUnsafePath, path)
	}
	return os.Remove(path)
}

func listen(dir, name string) (*net.UnixListener, error) {
	at, release, err := Path(dir, name)
	if err != nil {
		return nil, err
	}
	defer release()
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err == nil {
		ln.SetUnlinkOnClose(false) // by a name that may not be its own any more
	}
	return ln, err
}

// longest is how long a path may be that every system takes for a socket, in bytes.
const longest = 100

// Path returns a path of a socket that is short enough, until release is called.
func Path(dir, name string) (path string, release func(), err error) {
	path = filepath.Join(dir, name)
	if len(path) <= longest {
		return path, func() {}, nil
	}
	open, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", open.Fd(), name), func() { open.Close() }, nil
}

// Accept returns the next connection of who is served.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		uid, err := l.Who(conn)
		if err == nil && Serves(uid, os.Geteuid()) {
			return &known{conn, Addr(uid)}, nil
		}
		l.told(uid, err)
		conn.Close()
	}
}

// Close ends listening and removes the socket.
func (l *Listener) Close() error {
	return errors.Join(l.UnixListener.Close(), removeLeft(l.path))
}

// Serves reports whether a user is served by a process that runs as another.
func Serves(uid, own int) bool { return uid == 0 || uid == own }

// Addr is an address that says which user asks.
type Addr int

// Network implements [net.Addr].
func (Addr) Network() string { return "unix" }

// String implements [net.Addr].
func (u Addr) String() string { return fmt.Sprintf("user %d", int(u)) }

// known is a connection whose other side is known.
type known struct {
	*net.UnixConn
	from Addr
}

// RemoteAddr says who asks.
func (c *known) RemoteAddr() net.Addr { return c.from }
