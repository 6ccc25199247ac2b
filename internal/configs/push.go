package configs

import (
	"net/netip"

	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// Pushes is where webhooks may be.
func Pushes(set settings.Settings) push.Config {
	var cfg push.Config
	for _, text := range set.Push.AllowedNetworks {
		p, _ := netip.ParsePrefix(text) // settings took it; any other contains nothing
		cfg.Networks.Allowed = append(cfg.Networks.Allowed, p)
	}
	return cfg
}

// Webhooks is how many webhooks there may be; nil: none at all.
func Webhooks(set settings.Settings) *task.Webhooks {
	if !set.Push.Enabled {
		return nil
	}
	return &task.Webhooks{PerTask: int64(set.Push.MaxPerTask), PerOwner: int64(set.Push.MaxPerDID)}
}
