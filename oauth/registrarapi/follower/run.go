package follower

import (
	"context"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/revocation"
)

// run is what Run knows, for its goroutine alone.
type run struct {
	*Follower
	ctx context.Context
	// cur is the stream that is heard, next the one that will take its place once it has
	// said how all that it is about stand.
	cur, next *link
	opened    time.Time // the last one
	openAt    time.Time // not before
	failed    int       // attempts in a row
	until     time.Time // when what was heard is too old; zero while nothing is heard
	epoch     string
	head      int64
}

// Run follows until ctx ends. It never fails.
func (f *Follower) Run(ctx context.Context) error {
	r := &run{Follower: f, ctx: ctx}
	defer func() {
		r.cur.close()
		r.next.close()
		f.setHears(false)
	}()
	for ctx.Err() == nil {
		r.openNext()
		r.await()
	}
	return nil
}

// wantsNext reports whether another stream is needed.
func (r *run) wantsNext() bool { return r.next == nil && r.missing() }

func (r *run) openNext() {
	now := time.Now()
	if !r.wantsNext() || now.Before(r.openAt) || now.Sub(r.opened) < spacing {
		return
	}
	dids := r.wanted()
	if len(dids) == 0 {
		r.rest()
		return
	}
	r.next, r.opened = r.open(r.ctx, dids), now
	r.next.epoch, r.next.head = r.epoch, r.head
	r.follows(r.next.asked)
}

// rest follows nobody: an agent that nobody calls costs the registrar nothing.
func (r *run) rest() {
	r.cur.close()
	r.cur, r.until = nil, time.Time{}
	r.wanted()
	r.rests()
}

// await waits for one thing that happens.
func (r *run) await() {
	timer := time.NewTimer(r.wait())
	defer timer.Stop()
	select {
	case <-r.ctx.Done():
	case <-r.wake:
	case <-timer.C:
		r.silence()
	case a := <-r.cur.arrivals():
		r.take(r.cur, a)
	case a := <-r.next.arrivals():
		r.take(r.next, a)
	}
}

// wait is how long nothing has to be done if nothing comes.
func (r *run) wait() time.Duration {
	now, at := time.Now(), time.Now().Add(time.Hour)
	if r.wantsNext() {
		if at = r.opened.Add(spacing); at.Before(r.openAt) {
			at = r.openAt
		}
	}
	if !r.until.IsZero() && r.until.Before(at) {
		at = r.until
	}
	return max(at.Sub(now), 0)
}

// silence drops everything when nothing was heard for too long.
func (r *run) silence() {
	if r.until.IsZero() || time.Now().Before(r.until) {
		return
	}
	r.drop(Silent)
	r.lose(r.cur, nil)
}

// drop has all that is kept forgotten, and nothing heard any more.
func (r *run) drop(why string) {
	r.until = time.Time{}
	if r.setHears(false) {
		r.cfg.Logger.Warn("the registrar's revocations are not followed: what was kept of callers is forgotten, and verdicts and keys count as long as without a stream", "reason", why)
	}
	r.cfg.ForgetAll(why)
}

// take takes what came of a stream.
func (r *run) take(l *link, a arrival) {
	switch {
	case a.err != nil && r.cfg.Broken(a.err):
		r.drop(Gap)
		r.lose(l, a.err)
	case a.err != nil:
		r.lose(l, a.err)
	default:
		r.hear(l, a.m)
	}
}

// hear takes a message.
func (r *run) hear(l *link, m revocation.Message) {
	now := time.Now()
	until := l.heardUntil(m, now)
	switch {
	case !now.Before(until): // it was long on its way
		r.lose(l, nil)
		return
	case r.epoch != "" && m.Epoch != r.epoch:
		r.cfg.ForgetAll(Epoch)
		r.cfg.Logger.Warn("the registrar's database has another epoch: what was kept of callers is forgotten", "epoch", m.Epoch, "was", r.epoch)
		r.head = 0
	case m.Epoch == l.epoch && m.Head < l.head:
		r.drop(Gap)
		r.lose(l, nil)
		return
	}
	r.epoch, r.head = m.Epoch, max(r.head, m.Head)
	for _, e := range m.Events {
		if l.asked[e.DID] {
			r.apply(e)
		}
	}
	if m.More || m.End != "" {
		return
	}
	r.failed, r.until = 0, until
	if l == r.next {
		r.cur.close()
		r.cur, r.next = l, nil
		r.caughtUp()
	}
	if r.next == nil && r.idle() {
		r.rest()
		return
	}
	if r.setHears(true) {
		r.cfg.Logger.Info("following revocations at the registrar", "epoch", m.Epoch, "head", m.Head)
	}
}

// postponed is an error that says when it is worth asking again.
type postponed interface {
	error
	RetryAfter() time.Duration
}

// lose gives a stream up. Others are asked for later, and later again where that fails.
func (r *run) lose(l *link, err error) {
	l.close()
	after := pause(r.failed)
	if says, ok := errors.AsType[postponed](err); ok {
		after += min(max(says.RetryAfter(), 0), time.Minute)
	}
	r.failed++
	r.openAt = time.Now().Add(after)
	if l == r.next {
		r.next = nil
	}
	if l == r.cur {
		r.cur = nil
	}
	switch {
	case r.next != nil:
		r.follows(r.next.asked)
	case r.cur != nil:
		r.follows(r.cur.asked)
	default:
		r.follows(nil)
	}
	if err != nil && r.ctx.Err() == nil {
		r.cfg.Logger.Debug("a stream of revocations ended", "error", err, "retry_in", after)
	}
}
