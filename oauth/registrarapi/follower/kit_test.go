package follower_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/oauth/registrarapi/follower"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func named(t testing.TB, name string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:author:" + name + ":1")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	errDown   = errors.New("nobody answers")
	errBroken = errors.New("not the registrar's")
)

// registrar says what a test has it say.
type registrar struct {
	mu      sync.Mutex
	epoch   string
	head    int64
	last    map[did.DID]revocation.Event
	streams map[*stream]bool
	asked   [][]did.DID
	down    bool
	mute    bool
	late    time.Duration // that a stream is on its way
	closing func()        // in the moment in which one is closed
}

type stream struct {
	r      *registrar
	ctx    context.Context
	dids   []did.DID
	queue  chan revocation.Message
	broken chan error
}

func (r *registrar) open(ctx context.Context, dids []did.DID) (follower.Stream, error) {
	defer pass(ctx, r.late)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, dids)
	if r.down {
		return nil, errDown
	}
	s := &stream{r: r, ctx: ctx, dids: dids, queue: make(chan revocation.Message, 100), broken: make(chan error, 1)}
	r.streams[s] = true
	first := r.message()
	for _, e := range r.last {
		first.Events = append(first.Events, e) // whoever asked: only what was asked about counts
	}
	s.queue <- first
	return s, nil
}

func (r *registrar) message() revocation.Message {
	return revocation.Message{Epoch: r.epoch, Head: r.head, Issued: time.Now()}
}

func (s *stream) Next() (revocation.Message, error) {
	beat := time.NewTimer(revocation.Every)
	defer beat.Stop()
	for {
		select {
		case m := <-s.queue:
			return m, nil
		case err := <-s.broken:
			return revocation.Message{}, err
		case <-s.ctx.Done():
			return revocation.Message{}, s.ctx.Err()
		case <-beat.C:
			s.r.mu.Lock()
			m, mute := s.r.message(), s.r.mute
			s.r.mu.Unlock()
			if !mute {
				return m, nil
			}
			beat.Reset(revocation.Every)
		}
	}
}

func (s *stream) Close() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	delete(s.r.streams, s)
	if s.r.closing != nil {
		s.r.closing()
	}
}

func (r *registrar) says(d did.DID, revoked bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.head++
	e := revocation.Event{DID: d, Revoked: revoked, Seq: r.head, At: time.Now()}
	r.last[d] = e
	for s := range r.streams {
		m := r.message()
		m.Events = []revocation.Event{e}
		s.queue <- m
	}
}

func (r *registrar) breakAll(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.streams {
		s.broken <- err
	}
}

func (r *registrar) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// world is a follower that runs, and what it had forgotten.
type world struct {
	*testing.T
	*registrar
	f       *follower.Follower
	mu      sync.Mutex
	forgot  []did.DID
	dropped []string
}

// inWorld runs a test in a bubble of time.
func inWorld(t *testing.T, limit int, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, registrar: &registrar{epoch: "E", last: map[did.DID]revocation.Event{}, streams: map[*stream]bool{}}}
		w.f = follower.New(follower.Config{
			Open: w.open, Limit: limit, Logger: slog.New(slog.DiscardHandler),
			Forget:    func(d did.DID) { w.mu.Lock(); defer w.mu.Unlock(); w.forgot = append(w.forgot, d) },
			ForgetAll: func(why string) { w.mu.Lock(); defer w.mu.Unlock(); w.dropped = append(w.dropped, why) },
			Broken:    func(err error) bool { return errors.Is(err, errBroken) },
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.f.Run(ctx) }()
		test(w)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(w.streams) != 0 {
			t.Errorf("%d streams are left", len(w.streams))
		}
	})
}

func (w *world) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) hears(want bool) {
	w.Helper()
	if got, _, _ := w.f.Status(); got != want {
		w.Errorf("it hears the registrar: %v, want %v", got, want)
	}
}

func (w *world) drops(want ...string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.dropped, want) {
		w.Errorf("all was forgotten for %q, want %q", w.dropped, want)
	}
}
