package postgres

import (
	"context"
	"log/slog"
	"time"
)

const (
	// expireEvery is the pause between two looks for what has expired.
	expireEvery = 30 * time.Second
	// batch is how many keys are deleted at once.
	batch = 5000
	// slack is how long a key is kept beyond its expiry, in seconds: the clock of a server
	// that takes over may be behind.
	slack = 60
)

// expire deletes keys that have expired. Processes that do it at once take others.
const expire = `DELETE FROM replay WHERE key IN (
	SELECT key FROM replay WHERE expires < ` + seconds + ` - $1 ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED)`

// Expire deletes what has expired, again and again until ctx ends. What fails is tried by
// the next look.
func (l *Ledger) Expire(ctx context.Context, logger *slog.Logger) error {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		if err := l.sweep(ctx); err != nil && ctx.Err() == nil {
			logger.Warn("signatures that have expired could not be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sweep deletes all that has expired by now, some at a time.
func (l *Ledger) sweep(ctx context.Context) error {
	for {
		result, err := l.db.ExecContext(ctx, expire, slack, batch)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n < batch {
			return err
		}
	}
}
