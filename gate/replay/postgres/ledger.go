package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/internal/postgresdb"
)

const (
	// connections is how many one process has at most: that many admit at once.
	connections = 8
	// patience is how long a request waits for its answer, in all.
	patience = 5 * time.Second
	// unknownAhead is how far ahead of another history, in seconds, requests are refused:
	// those of clocks that are further ahead are taken to be few.
	unknownAhead = 8
	// longest is the longest window that the settings allow. Processes may differ in theirs
	// while one after the other is started anew: a key is kept for all of them.
	longest = 300
)

// history names what this server has written: the cluster, the timeline, the table.
const history = `(SELECT system_identifier FROM pg_control_system()) || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ' ' || 'replay'::regclass::oid`

// seconds is the server's time.
const seconds = `floor(extract(epoch FROM clock_timestamp()))::bigint`

// use admits a key, if it can be told that it is new: $1, of a request that was signed at $2
// and expires at $3. It is kept until $4.
const use = `WITH asked AS (SELECT floor, history = ` + history + ` AS whole, ` + seconds + ` AS now FROM replay_memory),
	used AS (
		INSERT INTO replay (key, expires) SELECT $1, $4 FROM asked WHERE whole AND $2 > floor AND $3 > now
		ON CONFLICT DO NOTHING RETURNING TRUE)
	SELECT whole, floor, now, EXISTS (SELECT FROM used) FROM asked`

// begin takes the history that is there as the one to go on with.
const begin = `UPDATE replay_memory SET history = ` + history + `, floor = greatest(floor, ` + seconds + ` + $1) WHERE history <> ` + history

// refuse has all refused that was signed until a few seconds from now.
const refuse = `UPDATE replay_memory SET floor = greatest(floor, ` + seconds + ` + $1) RETURNING floor`

// Ledger is a [replay.Ledger] in the database of one agent.
type Ledger struct {
	db     *sql.DB
	use    *sql.Stmt
	window int64        // seconds
	floor  atomic.Int64 // as it was said last
}

var _ replay.Ledger = (*Ledger)(nil)

// Open opens the memory in a room whose tables are there. window is how far a timestamp may
// be from now, as in [replay.Config]. Errors are [replay.ErrUnavailable] and those of
// [postgresdb.Opening].
func Open(ctx context.Context, room postgresdb.Room, a postgresdb.Address, window time.Duration) (*Ledger, error) {
	if window < time.Second || window > longest*time.Second {
		return nil, fmt.Errorf("replay: a shared memory needs a window of %d seconds at most, and of one at least", longest)
	}
	l := &Ledger{db: room.Pool(a, connections), window: int64(window / time.Second)}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(unavailable(postgresdb.Opening(err)), l.db.Close())
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if l.use, err = l.db.PrepareContext(ctx, use); err != nil {
		return err
	}
	if err := l.begin(ctx); err != nil {
		return err
	}
	var floor int64
	err = l.db.QueryRowContext(ctx, `SELECT floor FROM replay_memory`).Scan(&floor)
	l.floor.Store(floor)
	return err
}

// Recovering reports whether requests that are signed at this moment are refused, since what
// was admitted is not all known, and until when: as the server said it last.
func (l *Ledger) Recovering() (until time.Time, recovering bool) {
	until = time.Unix(l.floor.Load()+1, 0)
	return until, time.Now().Before(until)
}

// begin refuses what could have been admitted and is not there, if that may be.
func (l *Ledger) begin(ctx context.Context) error {
	_, err := l.db.ExecContext(ctx, begin, unknownAhead)
	return err
}

// RefuseSoFar refuses, at every process, what was signed until a few seconds from now: some of
// it was admitted elsewhere, and is not there. Errors: [replay.ErrUnavailable].
func (l *Ledger) RefuseSoFar(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var floor int64
	if err := l.db.QueryRowContext(ctx, refuse, unknownAhead).Scan(&floor); err != nil {
		return unavailable(postgresdb.Opening(err))
	}
	l.floor.Store(floor)
	return nil
}

// Close ends it; later uses are refused.
func (l *Ledger) Close() error { return errors.Join(l.use.Close(), l.db.Close()) }

// Use implements [replay.Ledger]. Who goes away is not waited for less: the key may count as
// used by then.
func (l *Ledger) Use(ctx context.Context, key [16]byte, expires time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	q := question{key: key[:], signed: expires.Unix() - l.window - 1, expires: expires.Unix()}
	q.kept = q.expires + longest - l.window
	at, err := l.ask(ctx, q)
	if err == nil && !at.whole {
		if err = l.begin(ctx); err == nil {
			at, err = l.ask(ctx, q)
		}
	}
	if err != nil {
		return unavailable(err)
	}
	return at.judge(q)
}

// question is about a key. Times are unix seconds.
type question struct {
	key                   []byte
	signed, expires, kept int64
}

// answer is what the server says of it.
type answer struct {
	whole, admitted bool
	floor, now      int64
}

func (l *Ledger) ask(ctx context.Context, q question) (at answer, err error) {
	err = l.use.QueryRowContext(ctx, q.key, q.signed, q.expires, q.kept).Scan(&at.whole, &at.floor, &at.now, &at.admitted)
	if err == nil {
		l.floor.Store(at.floor)
	}
	return at, err
}

func (a answer) judge(q question) error {
	switch {
	case a.admitted:
		return nil
	case !a.whole:
		return unavailable(errors.New("the server's history changes"))
	case q.expires <= a.now:
		return gate.ErrStale
	case q.signed <= a.floor:
		return &gate.RecoveringError{Wait: time.Duration(a.floor-q.signed+1) * time.Second}
	}
	return gate.ErrReplayed
}

func unavailable(cause error) error {
	if cause == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", replay.ErrUnavailable, cause)
}
