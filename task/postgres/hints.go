package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/getbindu/bindu-go/internal/postgresdb"
)

const (
	// hinting is how many connections hints take: one listens.
	hinting = 2
	// gather is how long hints are gathered, hintsHeld how many there are at most; what is
	// more is found by whoever looks.
	gather, hintsHeld = 20 * time.Millisecond, 1024
	// hintLength is what PostgreSQL takes of one, in bytes.
	hintLength = 7999
	// relisten is the pause after a connection that ended.
	relisten = time.Second
)

const (
	listen = `LISTEN bindu_agent_tasks`
	notify = `SELECT pg_notify('bindu_agent_tasks', hint) FROM unnest($1::text[]) AS hint`
)

// hints are told to other processes outside of the transactions that they are about.
type hints struct {
	db   *sql.DB
	from string // tells ours from those of others

	mu      sync.Mutex
	waiting map[string]struct{}
	some    chan struct{} // full while there are some
}

func newHints(db *sql.DB) *hints {
	return &hints{db: db, from: rand.Text(), waiting: make(map[string]struct{}), some: make(chan struct{}, 1)}
}

// Hint implements [task.Hinter].
func (s *Store) Hint(owner, id string) { s.hints.add(owner, id) }

// Hints implements [task.Hinter].
func (s *Store) Hints(ctx context.Context, heard func(owner, id string)) {
	var both sync.WaitGroup
	both.Go(func() { s.hints.pass(ctx) })
	both.Go(func() { s.hints.listen(ctx, heard) })
	both.Wait()
}

func (h *hints) add(owner, id string) {
	hint := h.from + "\n" + owner + "\n" + id
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(hint) > hintLength || len(h.waiting) >= hintsHeld {
		return
	}
	h.waiting[hint] = struct{}{}
	select {
	case h.some <- struct{}{}:
	default:
	}
}

// take returns what was gathered.
func (h *hints) take() (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for hint := range h.waiting {
		all = append(all, hint)
	}
	clear(h.waiting)
	return all
}

// pass tells what is gathered until ctx ends. What cannot be told is not kept.
func (h *hints) pass(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.some:
		}
		if !rest(ctx, gather) {
			return
		}
		told, cancel := context.WithTimeout(ctx, relisten)
		_, _ = h.db.ExecContext(told, notify, h.take())
		cancel()
	}
}

// listen hears what others tell until ctx ends.
func (h *hints) listen(ctx context.Context, heard func(owner, id string)) {
	for {
		_ = h.hear(ctx, heard) // whoever waits for what is lost looks by itself
		if !rest(ctx, relisten) {
			return
		}
	}
}

func (h *hints) hear(ctx context.Context, heard func(owner, id string)) error {
	conn, err := h.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, statement := range []string{postgresdb.Keepalives, listen} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return conn.Raw(func(c any) error {
		for {
			n, err := c.(*stdlib.Conn).Conn().WaitForNotification(ctx)
			if err != nil {
				return err
			}
			from, task, _ := strings.Cut(n.Payload, "\n")
			if owner, id, ok := strings.Cut(task, "\n"); ok && from != h.from {
				heard(owner, id)
			}
		}
	})
}

// rest reports whether d has passed before ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
