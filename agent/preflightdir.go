package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// ErrDirectory: AGENT__DIR cannot be made, entered or written to.
var ErrDirectory = errors.New("AGENT__DIR")

// checkDirectory looks at the directory and at what is kept in it, as far as a
// start would not make it.
func (p preflight) checkDirectory() error {
	path := string(p.set.Agent.Dir)
	dir, err := p.openDir()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkParent(path)
	case errors.Is(err, safefile.ErrUnsafePath), errors.Is(err, safefile.ErrInsecurePermissions):
		return p.inDirectory(err)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDirectory, err)
	}
	if err := checkWritable(path, true); err != nil {
		return err
	}
	return p.inDirectory(p.checkStores(dir))
}

// inDirectory says in which directory something is wrong.
func (p preflight) inDirectory(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("AGENT__DIR is %s: %w", p.set.Agent.Dir, err)
}

// openDir opens the directory for looking only.
func (p preflight) openDir() (*safefile.Dir, error) {
	fsys := p.fs
	if fsys == nil {
		fsys = safefile.OS()
	}
	return safefile.OpenDir(string(p.set.Agent.Dir), safefile.ReadOnly(fsys))
}

// checkIdentity reads who the agent is, and what only that agent may use. What is
// not there the start makes or completes.
func (p preflight) checkIdentity() error {
	dir, err := p.openDir()
	if err != nil {
		return nil // told by checkDirectory, or made by the start
	}
	name, _, err := LoadIdentity(dir, []byte(p.set.Agent.KeyPassword.Reveal()))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, safefile.ErrReadOnly) {
		return nil
	}
	if err != nil || name.IsZero() {
		return p.inDirectory(err)
	}
	var errs []error
	if _, err := hydra.LoadCredentials(dir, name); !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	if p.set.MTLS.Enabled { // what cannot be used is obtained anew, what others may have read is not
		if _, err := mtls.NewDirStore(dir, nil).Load(name, string(p.set.MTLS.DIDIssuer)); !errors.Is(err, mtls.ErrNoIdentity) {
			errs = append(errs, err)
		}
	}
	return p.inDirectory(errors.Join(errs...))
}

// checkStores looks at the memories and the tasks.
func (p preflight) checkStores(dir *safefile.Dir) error {
	errs := []error{replay.Check(dir), sqlite.Check(p.ctx, dir)}
	written := []string{sqlite.FileName, sqlite.FileName + "-wal", sqlite.FileName + "-shm", replay.DirName}
	if p.set.DID.RememberKeys && p.set.Hydra.AdminURL != "" {
		errs = append(errs, keymemory.Check(dir))
		written = append(written, keymemory.File, keymemory.RequestsDir)
	}
	for _, name := range written {
		path := filepath.Join(dir.Path(), name)
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
		return fmt.Errorf("%w: %w", ErrDirectory, err)
	}
	for {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist) && path != filepath.Dir(path):
			path = filepath.Dir(path)
			continue
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDirectory, err)
		case !info.IsDir():
			return fmt.Errorf("%w: %s is not a directory", ErrDirectory, path)
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
		return fmt.Errorf("%w: %s: %w; mount it so that it can be written", ErrDirectory, path, err)
	case err != nil:
		return fmt.Errorf("%w: %s: %w; let the user that runs the agent write to it", ErrDirectory, path, err)
	}
	return nil
}
