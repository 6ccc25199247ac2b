package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// errNoIdentity: the directory holds no key, or nothing that names it.
var errNoIdentity = errors.New("the directory holds no identity")

// agentDir opens the directory of an agent, and never makes one. It holds a key,
// or what an agent keeps: anything else was meant for another AGENT__DIR.
func agentDir(path string) (*safefile.Dir, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", errNoIdentity, path)
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		return nil, err
	}
	names, err := dir.Names()
	if err != nil {
		return nil, err
	}
	ours := []string{"agent.lock", "private.pem", agent.IdentityFile, keymemory.File, keymemory.RequestsDir, sqlite.FileName}
	if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(ours, name) }) {
		return nil, fmt.Errorf("%w: nothing in %s is an agent's", errNoIdentity, path)
	}
	return dir, nil
}

// self is the agent of a directory, as far as it can be read from there.
type self struct {
	dir *safefile.Dir
	did did.DID
	key *did.KeyPair
}

// loadSelf reads who the agent of a directory is. It takes no lock and writes
// nothing, so it works beside the running agent.
func loadSelf(path string, password settings.Secret) (*self, error) {
	dir, err := safefile.OpenDir(path, safefile.ReadOnly(safefile.OS()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", errNoIdentity, path)
	}
	if err != nil {
		return nil, err
	}
	name, key, err := agent.LoadIdentity(dir, []byte(password.Reveal()))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no private.pem in %s", errNoIdentity, path)
	case err != nil:
		return nil, err
	case name.IsZero():
		return nil, fmt.Errorf("%w: %s has a key, but nothing says which DID it is for", errNoIdentity, path)
	}
	return &self{dir, name, key}, nil
}

// loadSettings reads the settings for a command that only looks around, for
// which they need not be complete.
func loadSettings() (settings.Settings, error) {
	set, err := settings.Load(settings.Options{AllowIncomplete: true})
	if err != nil {
		return settings.Settings{}, &usageError{err}
	}
	return set, nil
}
