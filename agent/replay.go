package agent

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/gate/replay"
)

// openReplay opens the memory of what was accepted before, so that a restart
// opens no door twice.
func (a *Agent) openReplay() error {
	store, err := a.home.Replay(a.identity, replay.Config{
		Now:    a.opts.Now,
		Window: time.Duration(a.set.DID.TimestampWindow),
		Total:  int64(a.set.Limits.ReplayEntries),
		Logger: a.log,
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
