package agent

import (
	"context"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// openReplay opens the memory of what was accepted before, so that a restart
// opens no door twice.
func (a *Agent) openReplay() error {
	served, err := a.servedBefore()
	if err != nil {
		return err
	}
	store, err := replay.Open(a.dir, replay.Config{
		Now:     a.opts.Now,
		Window:  time.Duration(a.set.DID.TimestampWindow),
		Total:   int64(a.set.Limits.ReplayEntries),
		Fresh:   a.fresh,
		Foreign: !served,
		Logger:  a.log,
	})
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return store.Close() })
	a.replay = store
	a.ready.watch(func() (reason, warning string) {
		if store.Err() != nil {
			return "replay_unavailable", ""
		}
		if _, recovering := store.Recovering(); recovering {
			return "replay_recovering", ""
		}
		return "", ""
	})
	return newStorageFailing(a.metrics, storeReplay, store.Err)
}

// servedBefore reports whether this program ever served in the directory, and
// so kept a memory of replays there: it leaves files that the Python reference
// never makes. [IdentityFile] is written right after the memory is opened.
func (a *Agent) servedBefore() (bool, error) {
	names, err := a.dir.Names()
	if err != nil {
		return false, err
	}
	ours := []string{IdentityFile, sqlite.FileName, replay.DirName}
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(ours, name) }), nil
}
