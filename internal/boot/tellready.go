package boot

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/admin"
)

// tellEvery is the time between two looks at what /readyz says. A look asks nobody
// else: it reads what others have noted.
const tellEvery = time.Second

// TellReady logs what /readyz says when that changes, for whoever reads the log
// alone. It ends with ctx; a stop is told by lines of its own.
func TellReady(ctx context.Context, ready *admin.Readiness, log *slog.Logger) error {
	ticker := time.NewTicker(tellEvery)
	defer ticker.Stop()
	var told []string // reasons; none are ready
	var since time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		reasons := ready.Reasons()
		if ctx.Err() != nil {
			return nil // the reason may be the stop
		}
		switch {
		case slices.Equal(reasons, told):
			continue
		case len(reasons) == 0:
			log.Info("ready again", "after", time.Since(since).Round(time.Second))
		default:
			if len(told) == 0 {
				since = time.Now()
			}
			log.Warn("not ready", "reasons", reasons)
		}
		told = reasons
	}
}
