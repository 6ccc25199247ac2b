package agent

import (
	"context"

	"github.com/getbindu/bindu-go/internal/configs"
)

// openReplay opens the memory of what was accepted before, so that a restart
// opens no door twice.
func (a *Agent) openReplay() error {
	cfg := configs.Replay(a.set)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	store, err := a.home.Replay(a.identity, cfg)
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
