package state

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrInsecurePermissions means that others may enter the directory, which holds the keys of a certificate authority.
var ErrInsecurePermissions = errors.New("insecure permissions")

// ErrLocked means that another process uses the same directory for the same purpose.
var ErrLocked = errors.New("in use by another process")

// Dir is a directory that only its owner may enter (0700), with files that only its owner may read (0600).
type Dir struct{ path string }

// Open creates the directory if it is absent and refuses one that others may enter.
func Open(path string) (*Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: %w", abs, syscall.ENOTDIR)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o: %w; remedy: chmod 700 %s", abs, mode, ErrInsecurePermissions, abs)
	}
	return &Dir{path: abs}, nil
}

// Sub opens a directory inside d.
func (d *Dir) Sub(name string) (*Dir, error) { return Open(d.Path(name)) }

// Path is the absolute path of the directory, or of what the elements name inside it.
func (d *Dir) Path(elem ...string) string {
	return filepath.Join(append([]string{d.path}, elem...)...)
}

// Write replaces a file in one step: a reader sees the old content or the new, never a part.
func (d *Dir) Write(name string, data []byte) (err error) {
	f, err := os.CreateTemp(d.path, "."+name+".*") // CreateTemp's mode is 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), d.Path(name))
}

// Secret returns the secret kept under name, which the first call makes out of 32 bytes of rand, as hex.
func (d *Dir) Secret(name string, rand io.Reader) (string, error) {
	data, err := os.ReadFile(d.Path(name))
	if err == nil {
		return strings.TrimSpace(string(data)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 32)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", err
	}
	secret := hex.EncodeToString(raw)
	return secret, d.Write(name, []byte(secret+"\n"))
}

// Lock takes the named lock, which the kernel releases when the process ends, however it ends.
func (d *Dir) Lock(name string) (unlock func() error, err error) {
	return d.lock(name, syscall.LOCK_EX|syscall.LOCK_NB)
}

// WaitLock is Lock that waits for its turn. It is for short critical sections.
func (d *Dir) WaitLock(name string) (unlock func() error, err error) {
	return d.lock(name, syscall.LOCK_EX)
}

func (d *Dir) lock(name string, how int) (func() error, error) {
	f, err := os.OpenFile(d.Path(name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%s: %w; remedy: stop it, or choose another --dir", d.path, ErrLocked)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
