package agent

import (
	"context"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
)

// openReplay opens the memory of what was accepted before, so that a restart
// opens no door twice; nil where that is shared, which is opened later.
func (a *Agent) openReplay(h *home.Home, id home.Identity) (gate.ReplayStore, error) {
	if a.opts.Replay != nil {
		return a.opts.Replay, nil
	}
	if a.opts.isShared() {
		return nil, nil
	}
	cfg := configs.Replay(a.opts.Settings)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	store, err := h.Replay(id, cfg)
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return store.Close() })
	a.ready.watch(func() (reason, warning string) {
		if store.Err() != nil {
			return "replay_unavailable", ""
		}
		if _, recovering := store.Recovering(); recovering {
			return "replay_recovering", ""
		}
		return "", ""
	})
	return store, boot.StorageFailing(a.opts.Metrics, storeReplay, store.Err)
}
