package push

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/internal/turns"
	"github.com/getbindu/bindu-go/task"
)

const (
	// pollEvery is how often is looked for what nobody in this process told of.
	pollEvery = 5 * time.Second
	// atOnce is how many deliveries are under way at most, ofOwner those of one owner.
	atOnce, ofOwner = 8, 4
	// page and pageOfOwner are how many webhooks are looked for at once.
	page, pageOfOwner = 64, 8
	// maxNews is how many tasks may have news before all are looked at.
	maxNews = 1024
)

// Sender delivers. Make it with [New]; its methods may be called concurrently.
type Sender struct {
	cfg    Config
	caller *caller
	ctx    context.Context // of all that runs
	stop   context.CancelFunc
	runs   sync.WaitGroup
	wake   chan struct{} // one place

	armed atomic.Bool // there is a webhook that something may be to be told

	mu      sync.Mutex
	line    turns.Line[task.PushRef]
	known   map[task.PushRef]bool // waiting, or under way; true if it is to be looked at again
	flying  int
	news    map[taskRef]struct{}
	made    int       // counts webhooks, for armed
	pollAt  time.Time // when all are looked at
	retryAt time.Time // when one is to be tried again; zero if none is
	lost    bool      // there was too much news
	full    bool      // there was more to be delivered than was looked for
	owners  map[string]struct{}
	large   map[string]bool // owners of large tasks that are held
}

type taskRef struct{ owner, id string }

// New returns a sender that delivers from [Sender.Start] until [Sender.Close].
func New(cfg Config) (*Sender, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Sender{
		cfg: cfg, caller: newCaller(cfg), ctx: ctx, stop: stop, wake: make(chan struct{}, 1),
		known: make(map[task.PushRef]bool), news: make(map[taskRef]struct{}), owners: make(map[string]struct{}), large: make(map[string]bool),
	}
	s.armed.Store(true) // until somebody has looked
	return s, nil
}

// Start begins to deliver. It is for once.
func (s *Sender) Start() { s.runs.Go(func() { s.run(s.ctx) }) }

// Close ends what is under way, which is delivered again by the next process, and waits
// for it. It may be called more than once.
func (s *Sender) Close() {
	s.stop()
	s.runs.Wait()
	s.caller.close()
}

// Made says that a webhook of a task was made, or that there may be one which has heard
// everything until now.
func (s *Sender) Made(owner, taskID string) {
	s.mu.Lock()
	s.made++
	s.armed.Store(true)
	s.mu.Unlock()
	s.News(owner, taskID)
}

// News says that something happened to a task. It costs nothing while there is no webhook.
func (s *Sender) News(owner, taskID string) {
	if !s.armed.Load() {
		return
	}
	s.mu.Lock()
	if len(s.news) < maxNews {
		s.news[taskRef{owner, taskID}] = struct{}{}
	} else {
		s.pollAt, s.lost = time.Time{}, true
	}
	s.mu.Unlock()
	s.signal()
}

// LookAt has an owner looked at, and its webhooks deleted if it is gone.
func (s *Sender) LookAt(owner string) {
	s.mu.Lock()
	if len(s.owners) < maxNews { // what is lost here is found before the next delivery
		s.owners[owner] = struct{}{}
	}
	s.mu.Unlock()
	s.signal()
}

func (s *Sender) signal() {
	select {
	case s.wake <- struct{}{}:
	default: // somebody did already
	}
}

// run looks for what is due and has it delivered.
func (s *Sender) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
		s.look(ctx)
		s.dispatch(ctx)
		timer.Reset(max(s.next().Sub(s.cfg.Now()), 0))
	}
}
