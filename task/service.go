package task

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2asrv"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
)

// Config is what a [Service] needs. Only Store and Executor are required.
type Config struct {
	// Store keeps the tasks. The service does not close it.
	Store Store
	// Shared: other processes run tasks from the store too, and may be gone without a
	// word. What they append is looked for every second, and as soon as the store hints at
	// it ([Hinter]); what they leave is failed when their lease has ended, within 15 seconds.
	Shared bool
	// Executor answers the messages.
	Executor Executor
	// Sign returns the signature of a text of ours, which accompanies each text
	// part of an artifact. A part whose text it refuses with a [*did.TextError]
	// goes without, and says so; any other error fails the task. Without Sign
	// artifacts are not signed.
	Sign func(text string) (string, error)
	// Limits bound what callers can make the agent keep and do.
	Limits Limits
	// Deadline ends an execution.
	Deadline time.Duration
	// Grace is how long an execution whose context ended may take to return
	// before its place is given to others; 5 seconds by default.
	Grace time.Duration
	// Retention is how long a task is kept after its last change, unless it is
	// being worked on; 0 for ever.
	Retention time.Duration
	// MakeRoom lets a caller's oldest ended tasks go where Limits.Tasks or
	// Limits.Bytes would refuse it.
	MakeRoom bool
	// AdminPermission lets its holder cancel and clear tasks of everybody.
	// Empty: nobody may.
	AdminPermission string
	// Link returns what an execution keeps of the context of its request to refer to
	// it, such as the context of a span; see [Link]. It must be small. By default
	// nothing is kept.
	Link func(request context.Context) any
	// Webhooks, if not nil, are told what happens to tasks. By default there are none.
	Webhooks *Webhooks
	// Now is the clock, time.Now by default.
	Now func() time.Time
	// Rand is the source of ids, crypto/rand by default. It must be safe for
	// concurrent use.
	Rand io.Reader
	// Logger gets what the peer is not told. By default nothing is logged.
	Logger *slog.Logger
}

// Metadata keys of a text part: its signature, or the stable word for why it
// has none. What an executor puts there is dropped.
const (
	SignatureKey = did.MetadataSignature
	OmittedKey   = did.MetadataOmitted
)

// Service carries out the operations of A2A for the caller in the context.
type Service struct {
	cfg  Config
	pool *pool

	base context.Context // of all executions
	stop context.CancelCauseFunc

	feed   *feed
	lease  *lease
	ending chan struct{} // closed when streams are to end
	end    func()        // closes it, once

	executors sync.WaitGroup // goroutines in Executor.Execute

	store     *storage           // cfg.Store, watched
	endHouse  context.CancelFunc // of housework
	housework sync.WaitGroup
}

var _ a2asrv.RequestHandler = (*Service)(nil)

// key names a task among those of all owners.
type key struct{ owner, id string }

// NewService returns a service that is ready to be called. Close it.
func NewService(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Executor == nil {
		return nil, errors.New("task: a service needs a store and an executor")
	}
	if err := cfg.Limits.check(); err != nil {
		return nil, err
	}
	if w := cfg.Webhooks; w != nil && (w.Outbox == nil || w.Check == nil || w.Made == nil || w.News == nil || w.PerTask <= 0 || w.PerOwner <= 0) {
		return nil, errors.New("task: webhooks need an outbox, a check of URLs, somebody who is told, and limits")
	}
	if cfg.Deadline <= 0 {
		return nil, errors.New("task: a service needs a deadline")
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 5 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	holder, err := uuid.NewRandom() // not of cfg.Rand, which may repeat what it gave an earlier process
	if err != nil {
		return nil, fmt.Errorf("making an id: %w", err)
	}
	base, stop := context.WithCancelCause(context.Background())
	house, endHouse := context.WithCancel(context.Background())
	s := &Service{
		cfg: cfg, pool: newPool(cfg.Limits), base: base, stop: stop, feed: newFeed(paceOf(cfg)),
		store: newStorage(cfg.Store, cfg.Logger), endHouse: endHouse, ending: make(chan struct{}),
	}
	if cfg.Webhooks != nil {
		s.feed.news = cfg.Webhooks.News
	}
	s.end = sync.OnceFunc(func() { close(s.ending) })
	s.lease = &lease{store: s.store, holder: holder.String(), pace: paceOf(cfg)}
	s.exchangeHints(house)
	s.housework.Go(func() { s.keepLease(house) })
	if cfg.Retention > 0 {
		s.housework.Go(func() { s.keepHouse(house) })
	}
	return s, nil
}

// Close takes no more messages and waits for the running and waiting
// executions. When ctx ends first, those left are stopped and their tasks
// failed. The error tells of executions that did not return even then.
// It may be called more than once.
func (s *Service) Close(ctx context.Context) error {
	s.EndStreams()
	s.pool.close()
	defer s.store.close()
	defer s.endHousework()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		s.pool.wait()
		s.stop(errStopped)
	}()
	select {
	case <-drained:
	case <-ctx.Done():
		s.stop(errStopped)
		s.pool.stop()
		<-drained // bounded by the grace of each execution
	}
	if n := s.pool.hanging(); n > 0 {
		return fmt.Errorf("task: %d executions did not return when told to", n)
	}
	s.executors.Wait()
	return nil
}

// endHousework ends it after the executions: until then their lease is renewed.
func (s *Service) endHousework() {
	s.endHouse()
	s.housework.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), persistTimeout)
	defer cancel()
	if err := s.lease.release(ctx); err != nil {
		s.cfg.Logger.Warn("the lease of the running tasks could not be released", "error", err)
	}
}

func (s *Service) newID() (string, error) {
	id, err := uuid.NewV7FromReader(s.cfg.Rand)
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

// now has the precision in which the protocol and the store express time.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }
