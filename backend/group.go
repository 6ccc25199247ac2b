package backend

import (
	"errors"
	"os"
	"syscall"
)

// killGroup ends every process of the group that a command leads.
func killGroup(pid int) error {
	err := syscall.Kill(-pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
