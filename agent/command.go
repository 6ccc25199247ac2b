package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/settings"
)

// ErrCommand: the program of AGENT__COMMAND cannot be run.
var ErrCommand = errors.New("AGENT__COMMAND")

// newExec returns the backend of AGENT__COMMAND, with [Options.Guard]. Errors:
// [ErrCommand].
func newExec(set settings.Settings, guard []string, log *slog.Logger) (*backend.Exec, error) {
	s := set.Agent
	exec, err := backend.NewExec(backend.ExecConfig{
		Command: s.Command, Timeout: time.Duration(s.CommandTimeout), OutputLimit: int64(s.CommandOutputLimit), Logger: log,
		Guard: guard, Input: backend.Input(s.CommandInput),
		PassEnv: s.CommandEnv,
		LookupEnv: func(name string) (string, bool) {
			if value, set := set.CommandVariable(name); set {
				return value, true
			}
			return os.LookupEnv(name)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCommand, err)
	}
	return exec, nil
}
