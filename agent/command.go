package agent

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
)

// ErrCommand: the program of AGENT__COMMAND cannot be run.
var ErrCommand = errors.New("AGENT__COMMAND")

// newExec returns the backend of AGENT__COMMAND, with [Options.Guard]. Errors:
// [ErrCommand].
func newExec(set settings.Settings, guard []string, log *slog.Logger) (*backend.Exec, error) {
	cfg := configs.Command(set)
	cfg.Guard, cfg.Logger = guard, log
	exec, err := backend.NewExec(cfg)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCommand, err)
	}
	return exec, nil
}
