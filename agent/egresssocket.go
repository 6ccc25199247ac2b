package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/internal/usersocket"
)

// ErrSocket: the socket of local programs cannot be opened.
var ErrSocket = errors.New("EGRESS__SOCKET")

// socketPatience is how long somebody may take to answer on a socket that is there.
const socketPatience = time.Second

// openEgressSocket serves the socket of local programs, if there is one.
func (a *Agent) openEgressSocket(ctx context.Context, local *egress.Egress) error {
	path := string(a.opts.Settings.Egress.Socket)
	if path == "" {
		return nil
	}
	if err := checkSocket(ctx, path); err != nil {
		return err
	}
	ln, err := usersocket.Listen(filepath.Dir(path), filepath.Base(path), func(uid int, err error) {
		a.log.Warn("another user asked on the socket of local programs", "reason", "socket_user_refused", "uid", uid, "error", err)
	})
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrSocket, path, err)
	}
	if err := a.serveEgress(ln, local.Socket()); err != nil {
		ln.Close()
		return err
	}
	a.log.Info("local programs may call other agents", "socket", path)
	return nil
}

// checkSocket looks whether a socket can be made at path. One on which nobody answers was
// left by a process that ended.
func checkSocket(ctx context.Context, path string) error {
	if !usersocket.Known {
		return fmt.Errorf("%w: this system does not say which user connects; use EGRESS__PORT", ErrSocket)
	}
	dir, err := os.Stat(filepath.Dir(path))
	switch {
	case err != nil:
		return fmt.Errorf("%w: its directory: %w", ErrSocket, err)
	case !dir.IsDir():
		return fmt.Errorf("%w: %s is no directory", ErrSocket, filepath.Dir(path))
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrSocket, err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%w: %s is something else than a socket", ErrSocket, path)
	}
	ctx, cancel := context.WithTimeout(ctx, socketPatience)
	defer cancel()
	at, release, err := usersocket.Path(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSocket, err)
	}
	defer release()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", at)
	if err == nil {
		conn.Close()
		return fmt.Errorf("%w: another process serves %s: choose another path", errSocketInUse, path)
	}
	return nil
}

var errSocketInUse = fmt.Errorf("%w: in use", ErrSocket)
