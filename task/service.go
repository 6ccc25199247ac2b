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

	mu     sync.Mutex
	active map[string]map[string]*execution // by owner and task

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
	base, stop := context.WithCancelCause(context.Background())
	house, endHouse := context.WithCancel(context.Background())
	s := &Service{
		cfg: cfg, pool: newPool(cfg.Limits), base: base, stop: stop, active: make(map[string]map[string]*execution),
		store: newStorage(cfg.Store, cfg.Logger), endHouse: endHouse,
	}
	if cfg.Retention > 0 {
		s.housework.Go(func() { s.keepHouse(house) })
	}
	return s, nil
}

// Recover fails what was submitted or working when the process that ran it
// ended. Call it before serving, and only while no other process runs tasks
// from the same store.
func (s *Service) Recover(ctx context.Context) (int, error) {
	t := s.failure(failRestart)
	t.At = s.now()
	n, err := s.store.FailUnfinished(ctx, t)
	if err != nil {
		return 0, fmt.Errorf("recovering tasks: %w", err)
	}
	return n, nil
}

// Close takes no more messages and waits for the running and waiting
// executions. When ctx ends first, those left are stopped and their tasks
// failed. The error tells of executions that did not return even then.
// It may be called more than once.
func (s *Service) Close(ctx context.Context) error {
	s.pool.close()
	s.endHouse()
	s.housework.Wait()
	defer s.store.close()
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

func (s *Service) newID() (string, error) {
	id, err := uuid.NewV7FromReader(s.cfg.Rand)
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

// now has the precision in which the protocol and the store express time.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }
