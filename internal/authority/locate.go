package authority

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// EnvSource names the directory of dev/authority where it cannot be found otherwise. EnvBin names the directory of
// built programs; without it that is bindu-go/authority in the user's cache directory.
const (
	EnvSource = "AGENT_AUTHORITY_DIR"
	EnvBin    = "AUTHORITY_BIN"
)

// What is missing on this machine. The text names the remedy.
var (
	ErrNoGo       = errors.New("no go command found, which builds Hydra and step-ca; remedy: install Go from https://go.dev/dl/ and put it on the PATH")
	ErrNoCompiler = errors.New("no C compiler found, which Hydra's SQLite driver needs; remedy: apt-get install gcc libc6-dev (macOS: xcode-select --install)")
	ErrNoSource   = errors.New("the source of dev/authority is not there; remedy: run inside a git checkout of bindu-go, or set " + EnvSource)
)

// Locate finds the source of dev/authority: where EnvSource says, beside the source this program was compiled from, or
// in the checkout that contains the working directory.
func Locate() (dir string, err error) {
	if dir := os.Getenv(EnvSource); dir != "" {
		return checkSource(dir)
	}
	if _, file, _, ok := runtime.Caller(0); ok {
		if dir, err := checkSource(filepath.Join(filepath.Dir(file), "..", "..", "dev", "authority")); err == nil {
			return dir, nil
		}
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", errors.Join(ErrNoSource, err)
	}
	for {
		if dir, err := checkSource(filepath.Join(wd, "dev", "authority")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(wd)
		if parent == wd {
			return "", ErrNoSource
		}
		wd = parent
	}
}

func checkSource(dir string) (string, error) {
	for _, file := range []string{"go.mod", filepath.Join("hydra", "go.mod")} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return "", errors.Join(ErrNoSource, err)
		}
	}
	return filepath.Abs(dir)
}

// defaultBin is where built programs are kept when nobody says otherwise.
func defaultBin() (string, error) {
	if dir := os.Getenv(EnvBin); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "bindu-go", "authority"), nil
}
