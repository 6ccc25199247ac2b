package operator

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/usersocket"
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

// Listen opens the socket in a registrar's directory, whose lock the caller holds: a
// socket that is there was left by a process that ended. Errors: [safefile.ErrUnsafePath]
// where something else is in its place, [errors.ErrUnsupported] where the system does
// not say who connects.
func Listen(directory string, log *slog.Logger) (net.Listener, error) {
	parent, err := safefile.OpenDir(directory, nil)
	if err != nil {
		return nil, err
	}
	dir, err := parent.Subdir(Dir)
	if err != nil {
		return nil, err
	}
	// It lets nobody else in while the socket is made.
	if err := os.Chmod(dir.Path(), 0o700); err != nil {
		return nil, err
	}
	ln, err := usersocket.Listen(dir.Path(), Socket, func(uid int, err error) {
		who := slog.Int("uid", uid)
		if err != nil { // and it is not known who
			who = slog.Any("error", err)
		}
		log.Warn("somebody else asked on the operator's socket", "reason", "operator_refused", who)
	})
	if err != nil {
		return nil, fmt.Errorf("the operator's socket in %s: %w", dir.Path(), err)
	}
	return ln, nil
}
