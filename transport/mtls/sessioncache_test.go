package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"
)

func TestSessionsAreForgotten(t *testing.T) {
	chain := func(ends ...time.Time) tls.ConnectionState {
		var cs tls.ConnectionState
		for _, end := range ends {
			cs.PeerCertificates = append(cs.PeerCertificates, &x509.Certificate{NotAfter: end})
		}
		return cs
	}
	hour, day := epoch.Add(time.Hour), epoch.Add(24*time.Hour)
	for name, tt := range map[string]struct {
		observed   tls.ConnectionState
		err        error
		now        time.Time
		generation uint64
		kept       bool
	}{
		"kept while all is as it was":       {chain(hour, day), nil, hour.Add(-expiryMargin), 1, true},
		"leaf about to expire":              {chain(hour, day), nil, hour.Add(-expiryMargin / 2), 1, false},
		"leaf expired":                      {chain(hour, day), nil, hour.Add(time.Second), 1, false},
		"intermediate expired":              {chain(day, hour), nil, hour.Add(time.Second), 1, false},
		"refused chains do not count":       {chain(hour, day), errors.New("no"), hour.Add(time.Second), 1, true},
		"our own certificate was replaced":  {chain(hour, day), nil, epoch, 2, false},
		"nothing was observed, nobody asks": {tls.ConnectionState{}, nil, day, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			now, generation := epoch, uint64(1)
			c := newSessionCache(func() time.Time { return now }, func() uint64 { return generation })
			if err := c.observe(tt.observed, tt.err); !errors.Is(err, tt.err) {
				t.Fatal(err)
			}
			c.Put("peer", &tls.ClientSessionState{})
			now, generation = tt.now, tt.generation
			if _, ok := c.Get("peer"); ok != tt.kept {
				t.Errorf("kept: %t, want %t", ok, tt.kept)
			}
			c.Put("peer", &tls.ClientSessionState{})
			if _, ok := c.Get("peer"); !ok {
				t.Error("a new session is not kept")
			}
		})
	}
}
