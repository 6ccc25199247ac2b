package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/settings"
)

// takenPause is the time between looks whether the agent took a decision in.
const takenPause = 100 * time.Millisecond

// keySettings reads the settings and the DID that a decision is about.
func keySettings(name string) (settings.Settings, did.DID, error) {
	set, err := loadSettings()
	if err != nil {
		return set, did.DID{}, err
	}
	if !set.DID.RememberKeys {
		return set, did.DID{}, &usageError{errors.New("DID__REMEMBER_KEYS is false: the agent remembers no keys")}
	}
	d, err := did.Parse(name)
	if err != nil {
		return set, did.DID{}, &usageError{err}
	}
	return set, d, nil
}

// decide writes a decision into the memory itself while no agent runs in the
// directory, and leaves it for the one that does otherwise: the memory has one
// writer.
func decide(ctx context.Context, set settings.Settings, r keymemory.Request) error {
	dir, err := agentDir(string(set.Agent.Dir))
	if err != nil {
		return err
	}
	if r.Key == nil {
		if err := checkRemembered(dir, r.DID); err != nil {
			return err
		}
	}
	lock, err := dir.Lock()
	if errors.Is(err, safefile.ErrLocked) {
		return leave(ctx, dir, r)
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	memory, err := keymemory.Open(dir, keymemory.Config{Limit: int(set.Limits.RememberedKeys)})
	if err != nil {
		return err
	}
	return errors.Join(memory.Apply(r), memory.Close())
}

func checkRemembered(dir *safefile.Dir, d did.DID) error {
	entries, err := keymemory.Read(dir)
	if err == nil && !slices.ContainsFunc(entries, func(e keymemory.Entry) bool { return e.DID == d }) {
		err = fmt.Errorf("%w: %s", errNotRemembered, d)
	}
	return err
}

// leave waits until the running agent took the decision in.
func leave(ctx context.Context, dir *safefile.Dir, r keymemory.Request) error {
	taken, err := keymemory.Submit(dir, r)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(takenPause)
	defer ticker.Stop()
	for {
		done, err := taken()
		if done || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errNotTaken
		}
	}
}
