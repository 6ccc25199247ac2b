package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/gate/replay"
	ledger "github.com/getbindu/bindu-go/gate/replay/postgres"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/clientsecret"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/task/postgres"
)

// shared is what all processes that serve as this agent have in one database.
type shared struct {
	tasks    *postgres.Store
	accepted *replay.Shared // nil where the program that embeds us remembers
	secret   *clientsecret.Vault
}

// isShared reports whether other processes may serve as this agent.
func (o Options) isShared() bool { return o.Tasks == nil && !o.Settings.Task.DatabaseURL.IsZero() }

// openShared opens what is shared, as soon as the server lets it; nil where nothing is.
func (a *Agent) openShared(ctx context.Context, who self) (*shared, error) {
	if !a.opts.isShared() {
		return nil, nil
	}
	address, err := configs.TaskDatabase(a.opts.Settings)
	if err != nil {
		return nil, err
	}
	if address.Warning != "" {
		a.log.Warn("TASK__DATABASE_URL: " + address.Warning)
	}
	room, err := agentdb.Room(who.DID)
	if err != nil {
		return nil, err
	}
	s := &shared{}
	if a.opts.OutwardsOnly { // which is a process beside those that serve
		err = a.persistDatabase(ctx, func(ctx context.Context) error { return room.Migrate(ctx, address, a.log) })
	} else {
		err = a.openServed(ctx, who, room, address, s)
	}
	if err != nil {
		return nil, err
	}
	s.secret = clientsecret.Open(room, address, who.DID, who.Key)
	a.onStop(func(context.Context) error { return s.secret.Close() })
	return s, nil
}

// openServed opens what a process needs that serves, and looks after the connection.
func (a *Agent) openServed(ctx context.Context, who self, room postgresdb.Room, address postgresdb.Address, s *shared) (err error) {
	if s.tasks, err = a.openDatabase(ctx, address, who); err != nil || a.opts.Replay != nil {
		return err
	}
	cfg := configs.Replay(a.opts.Settings)
	var keys *ledger.Ledger
	err = a.persistDatabase(ctx, func(ctx context.Context) (err error) {
		if keys, err = ledger.Open(ctx, room, address, cfg.Window); err != nil {
			return err
		}
		if err = handOver(ctx, who.home, keys); err != nil {
			return errors.Join(err, keys.Close())
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return keys.Close() })
	a.background("delete signatures that have expired", func(ctx context.Context) error { return keys.Expire(ctx, a.log) })
	a.ready.watch(func() (reason, warning string) {
		if _, recovering := keys.Recovering(); recovering {
			return "replay_recovering", ""
		}
		return "", ""
	})
	s.accepted = replay.NewShared(keys, a.opts.Now, cfg.PerOwner, cfg.Total)
	return nil
}

// handOver gives up what a directory remembers, which was accepted while nothing was shared,
// and does not know what others accept: what was signed by now is refused for it.
func handOver(ctx context.Context, h *home.Home, keys *ledger.Ledger) error {
	kept, err := h.KeepsReplay()
	if err != nil || !kept {
		return err
	}
	if err := keys.RefuseSoFar(ctx); err != nil {
		return err
	}
	return h.ForgetReplay()
}

// persistDatabase repeats a step that waits for the database, and tells /readyz.
func (a *Agent) persistDatabase(ctx context.Context, try func(context.Context) error) error {
	note := func(err error, pause time.Duration) {
		reason := databaseReason(err)
		a.ready.set(componentDatabase, reason)
		a.log.Warn("waiting", "for", componentDatabase, "reason", reason, "error", err, "retry_in", pause)
	}
	err := retry.Do(ctx, retry.NewPauses(rand.Float64), passes, note, try)
	if err == nil {
		a.ready.set(componentDatabase, "")
	}
	return err
}

// passes reports whether waiting helps.
func passes(err error) bool {
	return errors.Is(err, postgresdb.ErrAway) || errors.Is(err, postgres.ErrServed)
}
