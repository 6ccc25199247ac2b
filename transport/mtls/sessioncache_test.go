package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"
)

// chainEnding is a verified connection whose certificates end then.
func chainEnding(ends ...time.Time) tls.ConnectionState {
	var cs tls.ConnectionState
	for _, end := range ends {
		cs.PeerCertificates = append(cs.PeerCertificates, &x509.Certificate{NotAfter: end})
	}
	return cs
}

func TestSessionsAreForgotten(t *testing.T) {
	hour, day := epoch.Add(time.Hour), epoch.Add(24*time.Hour)
	refused := errors.New("no")
	resumed := tls.ConnectionState{DidResume: true}
	for name, tt := range map[string]struct {
		observed   tls.ConnectionState
		err        error
		now        time.Time
		generation uint64
		kept       bool // the session that was there
		keeps      bool // one that comes now
	}{
		"kept while all is as it was":       {chainEnding(hour, day), nil, hour.Add(-expiryMargin), 1, true, true},
		"leaf about to expire":              {chainEnding(hour, day), nil, hour.Add(-expiryMargin / 2), 1, false, false},
		"leaf expired":                      {chainEnding(hour, day), nil, hour.Add(ticketDelay), 1, false, false},
		"leaf expired, all tickets came":    {chainEnding(hour, day), nil, hour.Add(ticketDelay + 1), 1, false, true},
		"intermediate expired":              {chainEnding(day, hour), nil, hour.Add(time.Second), 1, false, false},
		"refused chains do not count":       {chainEnding(hour, day), refused, hour.Add(time.Second), 1, true, true},
		"resumed into a refusal":            {resumed, refused, epoch, 1, false, true},
		"our own certificate was replaced":  {chainEnding(hour, day), nil, epoch, 2, false, false},
		"nothing was observed, nobody asks": {tls.ConnectionState{}, nil, day, 1, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			now, generation := epoch, uint64(1)
			c := newSessionCache(func() time.Time { return now }, func() uint64 { return generation })
			c.Put("peer", &tls.ClientSessionState{})
			if err := c.observe(tt.observed, tt.err); !errors.Is(err, tt.err) {
				t.Fatal(err)
			}
			now, generation = tt.now, tt.generation
			if _, ok := c.Get("peer"); ok != tt.kept {
				t.Errorf("kept: %t, want %t", ok, tt.kept)
			}
			c.Put("another", &tls.ClientSessionState{})
			if _, ok := c.Get("another"); ok != tt.keeps {
				t.Errorf("a new session is kept: %t, want %t", ok, tt.keeps)
			}
		})
	}
}

// A server that renews within the margin goes on presenting what is about to
// end; no session of then may be offered once it has ended.
func TestSessionsOfTheLastMomentAreNotOffered(t *testing.T) {
	end, now := epoch.Add(time.Hour), epoch
	c := newSessionCache(func() time.Time { return now }, func() uint64 { return 1 })
	for now = end.Add(-2 * expiryMargin); now.Before(end); now = now.Add(expiryMargin / 8) {
		if err := c.observe(chainEnding(end), nil); err != nil {
			t.Fatal(err)
		}
		c.Put("peer", &tls.ClientSessionState{})
	}
	c.Put("peer", &tls.ClientSessionState{}) // a ticket that was late
	next := end.Add(time.Hour)
	if err := c.observe(chainEnding(next), nil); err != nil {
		t.Fatal(err)
	}
	for ; now.Before(end.Add(2 * ticketDelay)); now = now.Add(time.Second) {
		if _, ok := c.Get("peer"); ok {
			t.Fatalf("offered %s after the end", now.Sub(end))
		}
	}
	c.Put("peer", &tls.ClientSessionState{})
	if _, ok := c.Get("peer"); !ok {
		t.Error("the new certificate's session is not kept")
	}
}

// A handshake that began before a rotation of ours brings its tickets after it.
func TestSessionsOfAnEarlierIdentityAreNotKept(t *testing.T) {
	now, generation := epoch, uint64(1)
	c := newSessionCache(func() time.Time { return now }, func() uint64 { return generation })
	for generation = 2; generation < 4; generation++ {
		changed := now
		for ; now.Sub(changed) <= ticketDelay; now = now.Add(time.Second) {
			c.Put("peer", &tls.ClientSessionState{})
			if _, ok := c.Get("peer"); ok {
				t.Fatalf("kept %s after change %d", now.Sub(changed), generation-1)
			}
		}
		if _, ok := c.Get("peer"); ok {
			t.Fatal("one that came early is offered later")
		}
		c.Put("peer", &tls.ClientSessionState{})
		if _, ok := c.Get("peer"); !ok {
			t.Fatalf("no session is kept %s after change %d", now.Sub(changed), generation-1)
		}
	}
}
