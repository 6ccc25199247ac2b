package operator

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// Dir is the directory of the socket in that of the registrar, Socket its name there.
const (
	Dir    = "operator"
	Socket = "socket"
)

// ErrNotRunning: nobody answers on the socket of the directory.
var ErrNotRunning = errors.New("no registrar runs in this directory")

// ErrNotTheOperator: the other side is another user.
var ErrNotTheOperator = errors.New("the other side of the socket is not the registrar's user")

// ErrRefused: the registrar hung up, because it does not serve the user that asked.
var ErrRefused = errors.New("the registrar hung up: it serves the user that it runs as, and root")

// ErrEnded: the registrar, which serves the user that asked, gave no whole answer.
var ErrEnded = errors.New("the registrar ended before it answered, or hung up; what was asked may have happened")

// listener takes connections of the operator, and closes others.
type listener struct {
	*net.UnixListener
	path string
	who  func(*net.UnixConn) (uid int, err error)
	log  *slog.Logger
}

// Listen opens the socket in a registrar's directory, whose lock the caller holds: a
// socket that is there was left by a process that ended. Errors: [safefile.ErrUnsafePath]
// where something else is in its place, [errors.ErrUnsupported] where the system does
// not say who connects.
func Listen(directory string, log *slog.Logger) (net.Listener, error) {
	if !knowsPeers {
		return nil, fmt.Errorf("the operator's socket: %w", errors.ErrUnsupported)
	}
	parent, err := safefile.OpenDir(directory, nil)
	if err != nil {
		return nil, err
	}
	dir, err := parent.Subdir(Dir)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir.Path(), 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir.Path(), Socket)
	if err := removeLeft(path); err != nil {
		return nil, err
	}
	ln, err := listen(dir.Path())
	if err != nil {
		return nil, fmt.Errorf("the operator's socket %s: %w", path, err)
	}
	// The directory lets nobody else in meanwhile.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return &listener{ln, path, peerUser, log}, nil
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

func listen(dir string) (*net.UnixListener, error) {
	at, release, err := address(dir)
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

// address returns a path of the socket that is short enough, until release is called.
func address(dir string) (path string, release func(), err error) {
	path = filepath.Join(dir, Socket)
	if len(path) <= longest {
		return path, func() {}, nil
	}
	open, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", open.Fd(), Socket), func() { open.Close() }, nil
}

// Accept returns the next connection of the operator.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		uid, err := l.who(conn)
		if err == nil && allowed(uid, os.Geteuid()) {
			return &known{conn, user(uid)}, nil
		}
		who := slog.Int("uid", uid)
		if err != nil { // and it is not known who
			who = slog.Any("error", err)
		}
		l.log.Warn("somebody else asked on the operator's socket", "reason", "operator_refused", who)
		conn.Close()
	}
}

// Close ends listening and removes the socket.
func (l *listener) Close() error {
	return errors.Join(l.UnixListener.Close(), removeLeft(l.path))
}

// allowed reports whether a user may be the operator of a registrar that runs as another.
func allowed(uid, own int) bool { return uid == 0 || uid == own }

// user is an address that says who asks.
type user int

// Network implements [net.Addr].
func (user) Network() string { return "unix" }

// String implements [net.Addr].
func (u user) String() string { return fmt.Sprintf("user %d", int(u)) }

// known is a connection whose other side is known.
type known struct {
	*net.UnixConn
	from user
}

// RemoteAddr says who asks.
func (c *known) RemoteAddr() net.Addr { return c.from }
