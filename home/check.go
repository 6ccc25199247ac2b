package home

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// Uses says what an agent opens of its directory beside who it is.
type Uses struct {
	// Replay, Tasks and Keys: the memory of replays, the tasks, the memory of
	// callers' keys.
	Replay, Tasks, Keys bool
}

// Check looks at the directory and at what is used of it, as far as a start would
// not make it, and changes nothing. The error joins all that was found:
// [ErrUnwritable], [ErrInsecurePermissions], [ErrUnsafePath], those of
// [replay.Check], [sqlite.Check] and [keymemory.Check].
func Check(ctx context.Context, path string, uses Uses, options ...Option) error {
	h, err := look(path, options)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkParent(path)
	case errors.Is(err, safefile.ErrUnsafePath), errors.Is(err, safefile.ErrInsecurePermissions):
		return err
	case err != nil:
		return &unwritable{err}
	}
	if err := checkWritable(path, true); err != nil {
		return err
	}
	return h.checkStores(ctx, uses)
}

func (h *Home) checkStores(ctx context.Context, uses Uses) error {
	var errs []error
	var written []string
	if uses.Replay {
		errs = append(errs, replay.Check(h.dir))
		written = append(written, replay.DirName)
	}
	if uses.Tasks {
		errs = append(errs, sqlite.Check(ctx, h.dir))
		written = append(written, sqlite.FileName, sqlite.FileName+"-wal", sqlite.FileName+"-shm")
	}
	if uses.Keys {
		errs = append(errs, keymemory.Check(h.dir))
		written = append(written, keymemory.File, keymemory.RequestsDir)
	}
	for _, name := range written {
		path := filepath.Join(h.Path(), name)
		if info, err := os.Lstat(path); err == nil && (info.Mode().IsRegular() || info.IsDir()) {
			errs = append(errs, checkWritable(path, info.IsDir()))
		}
	}
	return errors.Join(errs...)
}

// checkParent looks at what the directory would be made in.
func checkParent(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return &unwritable{err}
	}
	for {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist) && path != filepath.Dir(path):
			path = filepath.Dir(path)
			continue
		case err != nil:
			return &unwritable{err}
		case !info.IsDir():
			return &unwritable{fmt.Errorf("%s is not a directory", path)}
		}
		return checkWritable(path, true)
	}
}

// checkWritable asks whether this process may write there.
func checkWritable(path string, directory bool) error {
	const write, enter = 0x2, 0x1 // W_OK, X_OK of access(2)
	wanted := uint32(write)
	if directory {
		wanted |= enter
	}
	err := syscall.Access(path, wanted)
	switch {
	case errors.Is(err, syscall.EROFS):
		return &unwritable{fmt.Errorf("%s: %w; mount it so that it can be written", path, err)}
	case err != nil:
		return &unwritable{fmt.Errorf("%s: %w; let the user that runs the agent write to it", path, err)}
	}
	return nil
}
