package follower

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// arrival is what came of a stream: a message, or the error that ended it.
type arrival struct {
	m   revocation.Message
	err error
}

// link is one stream, read by a goroutine of its own.
type link struct {
	asked  map[did.DID]bool
	came   chan arrival
	cancel context.CancelFunc
	done   chan struct{}

	sent  time.Time // when it was asked for
	head  int64     // what was known in that epoch then
	epoch string
	first time.Time // when the first message was issued, by the registrar's clock
}

// open asks for a stream about DIDs.
func (f *Follower) open(ctx context.Context, dids []did.DID) *link {
	l := &link{asked: make(map[did.DID]bool, len(dids)), came: make(chan arrival), done: make(chan struct{}), sent: time.Now()}
	for _, d := range dids {
		l.asked[d] = true
	}
	ctx, l.cancel = context.WithCancel(ctx)
	go l.read(ctx, func() (Stream, error) { return f.cfg.Open(ctx, dids) })
	return l
}

func (l *link) read(ctx context.Context, open func() (Stream, error)) {
	defer close(l.done)
	tell := func(a arrival) bool {
		select {
		case l.came <- a:
			return a.err == nil
		case <-ctx.Done():
			return false
		}
	}
	s, err := open()
	if err != nil {
		tell(arrival{err: err})
		return
	}
	defer s.Close()
	for {
		m, err := s.Next()
		if !tell(arrival{m, err}) {
			return
		}
	}
}

// close ends the stream and joins its goroutine.
func (l *link) close() {
	if l == nil {
		return
	}
	l.cancel()
	<-l.done
}

// arrivals is where a stream's messages come, nil where there is none.
func (l *link) arrivals() <-chan arrival {
	if l == nil {
		return nil
	}
	return l.came
}

// heardUntil is when what a message says is too old. Its age is that of the registrar's
// look at its database, counted from when the stream was asked for: who delays messages
// on their way gains nothing, and no clocks are compared.
func (l *link) heardUntil(m revocation.Message, now time.Time) time.Time {
	if l.first.IsZero() {
		l.first = m.Issued
	}
	until := l.sent.Add(m.Issued.Sub(l.first)).Add(revocation.Silence)
	if latest := now.Add(revocation.Silence); until.After(latest) {
		return latest
	}
	return until
}
