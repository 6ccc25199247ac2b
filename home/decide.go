package home

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
)

// takenPause is the time between looks whether the agent took a decision in.
const takenPause = 100 * time.Millisecond

// Decide makes an operator's decision about the key of a caller count. It writes
// it into the memory itself while no agent serves in the directory, and leaves it
// for the one that does otherwise: the memory has one writer. Errors:
// [ErrNotRemembered] for a DID to forget, [ErrNotTaken] when ctx ends before the
// agent took it in, those of the memory.
func (h *Home) Decide(ctx context.Context, r keymemory.Request, cfg keymemory.Config) error {
	if r.Key == nil {
		if err := h.checkRemembered(r.DID); err != nil {
			return err
		}
	}
	lock, err := h.dir.Lock()
	if errors.Is(err, ErrLocked) {
		return h.leave(ctx, r)
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	memory, err := h.Keys(cfg)
	if err != nil {
		return err
	}
	return errors.Join(memory.Apply(r), memory.Close())
}

func (h *Home) checkRemembered(d did.DID) error {
	entries, err := h.RememberedKeys()
	if err == nil && !slices.ContainsFunc(entries, func(e keymemory.Entry) bool { return e.DID == d }) {
		err = fmt.Errorf("%w: %s", ErrNotRemembered, d)
	}
	return err
}

// leave waits until the running agent took the decision in.
func (h *Home) leave(ctx context.Context, r keymemory.Request) error {
	taken, err := keymemory.Submit(h.dir, r)
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
			return ErrNotTaken
		}
	}
}
