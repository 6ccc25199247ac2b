package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/probe"

	"github.com/getbindu/bindu-go/identity/signature"
)

// allPairs is traffic of every agent to every other, on a connection that is
// kept and on new ones, which resume sessions.
type allPairs struct {
	t       *testing.T
	pace    time.Duration // between two requests of a pair
	cancel  context.CancelFunc
	workers sync.WaitGroup
	resumed atomic.Int64
	total   atomic.Int64
	counts  []*atomic.Int64 // by pair

	mu       sync.Mutex
	now      string
	failures []string
}

func (a *allPairs) start(agents []*running) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	for _, from := range agents {
		for _, to := range agents {
			if from != to {
				count := new(atomic.Int64)
				a.counts = append(a.counts, count)
				a.workers.Go(func() { a.talk(ctx, from, to, count) })
			}
		}
	}
}

// stop lets requests under way end; it may be called again.
func (a *allPairs) stop() {
	if a.cancel != nil {
		a.cancel()
	}
	a.workers.Wait()
}

func (a *allPairs) talk(ctx context.Context, from, to *running, count *atomic.Int64) {
	o := from.Outbound()
	config := o.TLS(to.DID())
	verify := config.VerifyConnection
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		if cs.DidResume {
			a.resumed.Add(1)
		}
		return verify(cs)
	}
	kept := &http.Transport{TLSClientConfig: config.Clone()}
	defer kept.CloseIdleConnections()
	clients := []*http.Client{
		{Transport: kept, Timeout: patience},
		{Transport: &http.Transport{TLSClientConfig: config.Clone(), DisableKeepAlives: true}, Timeout: patience},
	}
	pace := time.NewTicker(a.pace)
	defer pace.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		token, err := o.Token(context.WithoutCancel(ctx))
		if err != nil {
			a.failed(from, to, err.Error())
			continue
		}
		p := probe.Proofs{Token: token, Signer: o.DID, Key: o.Key, Scheme: signature.JCS1, Audience: to.DID(), Time: time.Now()}
		if why := send(context.WithoutCancel(ctx), clients[i%2], p, to); why != "" {
			a.failed(from, to, why)
		}
		count.Add(1)
		a.total.Add(1)
	}
}

// send returns why a message was not answered, "" if it was.
func send(ctx context.Context, client *http.Client, p probe.Proofs, to *running) string {
	r, err := p.Sign(to.URL(), probe.Message("hello"))
	if err != nil {
		return err.Error()
	}
	answer, err := probe.SendOn(ctx, client, r)
	switch {
	case err != nil:
		return err.Error()
	case answer.Status != http.StatusOK || answer.Reason != "":
		return answer.String()
	}
	return ""
}

// phase names what happens from now on.
func (a *allPairs) phase(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = name
}

func (a *allPairs) failed(from, to *running, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures = append(a.failures, fmt.Sprintf("%s (%s): %s to %s: %s", time.Now().Format(time.TimeOnly), a.now, from.set.Agent.Name, to.set.Agent.Name, why))
}

// rounds returns what tells whether every pair has talked n times from now on.
func (a *allPairs) rounds(n int64) func() bool {
	want := make([]int64, len(a.counts))
	for i, count := range a.counts {
		want[i] = count.Load() + n
	}
	return func() bool {
		for i, count := range a.counts {
			if count.Load() < want[i] {
				return false
			}
		}
		return true
	}
}

func (a *allPairs) check(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	t.Logf("%d requests of %d pairs, %d handshakes resumed, %d failures", a.total.Load(), len(a.counts), a.resumed.Load(), len(a.failures))
	if len(a.failures) > 0 {
		t.Errorf("%d failures, the first: %q", len(a.failures), a.failures[:min(10, len(a.failures))])
	}
}
