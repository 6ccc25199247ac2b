package e2e

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
)

// verdictAge is the promise: a revoked token opens nothing after it.
const verdictAge = 5 * time.Second

// TestEndToEndRevocationUnderLoad is scenario 7: many tokens of one client are
// revoked at Hydra while requests with all of them run against three agents.
// None is let in by any agent five seconds after Hydra said that its token is
// revoked. A request counts from its start, so no load makes that any later.
func TestEndToEndRevocationUnderLoad(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	r := &revocation{stack: s, alice: s.start("alice", nil), rps: loadscale.Size(t, 120, 1000)}
	for i := range 3 {
		r.add(s.start("bob-"+strconv.Itoa(i), map[string]string{
			"LIMITS__RATE_PER_DID": "100000", "LIMITS__RATE_BURST": "100000", "LIMITS__REQUESTS_PER_DID": "10000",
		}))
	}
	r.mint(loadscale.Size(t, 30, 1000))
	ctx, cancel := context.WithCancel(t.Context())
	defer r.workers.Wait()
	defer cancel()
	r.load(ctx)
	eventually(t, 10*patience, "every token opened every agent", func() bool { return r.opened() == len(r.pairs) })
	if n := r.refused.Load(); n > 0 {
		t.Errorf("%d requests were refused before anything was revoked", n)
	}
	began, served := time.Now(), r.served.Load()
	r.revokeAll()
	took := time.Since(began)
	last := time.NewTimer(verdictAge + time.Second) // at which rate none may be let in
	<-last.C
	cancel()
	r.workers.Wait()
	t.Logf("%d tokens, %d agents, %d requests/s wanted: %d served before, %d tokens revoked within %s, %d served meanwhile, %d refused, %d unavailable",
		len(r.tokens), len(r.bobs), r.rps, served, len(r.tokens), took.Round(time.Millisecond), r.served.Load()-served, r.refused.Load(), r.unavailable.Load())
	r.judge()
}

type revocation struct {
	*stack
	alice   *running
	bobs    []*running
	clients []*http.Client
	rps     int
	tokens  []*revocable
	pairs   []*pair
	workers sync.WaitGroup

	served, refused, unavailable atomic.Int64
}

type revocable struct {
	value   string
	revoked atomic.Pointer[time.Time] // when Hydra had answered
}

// pair is a token at an agent.
type pair struct {
	token *revocable
	bob   int

	mu     sync.Mutex
	lastOK time.Time // start of the last request that was let in
}

func (r *revocation) add(bob *running) {
	transport := &http.Transport{TLSClientConfig: r.alice.Outbound().TLS(bob.DID()), MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}
	r.t.Cleanup(transport.CloseIdleConnections)
	r.bobs = append(r.bobs, bob)
	r.clients = append(r.clients, &http.Client{Transport: transport, Timeout: patience})
}

// parallel calls f for each number below n, eight at a time.
func parallel(n int, f func(int)) {
	var workers sync.WaitGroup
	var next atomic.Int64
	for range 8 {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	workers.Wait()
}

// opened counts the pairs that were let in.
func (r *revocation) opened() (n int) {
	for _, p := range r.pairs {
		p.mu.Lock()
		if !p.lastOK.IsZero() {
			n++
		}
		p.mu.Unlock()
	}
	return n
}

func (r *revocation) mint(n int) {
	r.tokens = make([]*revocable, n)
	client := r.oauthClient(r.alice)
	parallel(n, func(i int) { r.tokens[i] = &revocable{value: client.mint()} })
	for _, token := range r.tokens {
		for bob := range r.bobs {
			r.pairs = append(r.pairs, &pair{token: token, bob: bob})
		}
	}
}

func (r *revocation) revokeAll() {
	client := r.oauthClient(r.alice)
	parallel(len(r.tokens), func(i int) {
		client.revoke(r.tokens[i].value)
		now := time.Now()
		r.tokens[i].revoked.Store(&now)
	})
}

// load sends with every token to every agent in turn, until ctx ends.
func (r *revocation) load(ctx context.Context) {
	const senders = 64
	var next atomic.Int64
	for range senders {
		r.workers.Go(func() {
			pace := time.NewTicker(time.Second * senders / time.Duration(r.rps))
			defer pace.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-pace.C:
					r.send(context.WithoutCancel(ctx), r.pairs[int(next.Add(1))%len(r.pairs)])
				}
			}
		})
	}
}

// send returns the reason of the refusal, "" for none.
func (r *revocation) send(ctx context.Context, p *pair) string {
	o, bob := r.alice.Outbound(), r.bobs[p.bob]
	start := time.Now()
	proofs := probe.Proofs{Token: p.token.value, Signer: o.DID, Key: o.Key, Scheme: signature.JCS1, Audience: bob.DID(), Time: start}
	// Listing nothing much: the gates are what is under test.
	request, err := proofs.Sign(bob.URL(), []byte(`{"jsonrpc":"2.0","id":"1","method":"tasks/list","params":{"length":1}}`))
	if err != nil {
		r.t.Error(err)
		return err.Error()
	}
	answer, err := probe.SendOn(ctx, r.clients[p.bob], request)
	switch {
	case err != nil:
		r.t.Error(err)
		return err.Error()
	case answer.Status/100 == 2:
		r.served.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		if start.After(p.lastOK) {
			p.lastOK = start
		}
	case answer.Reason == "token_inactive":
		r.refused.Add(1)
	case answer.Status == http.StatusServiceUnavailable:
		r.unavailable.Add(1)
	default:
		r.t.Errorf("%v %s", answer, answer.Body)
	}
	return answer.Reason
}

// judge wants each pair to have been let in no later than promised, and to be
// refused now.
func (r *revocation) judge() {
	var worst time.Duration
	perAgent := make([]time.Duration, len(r.bobs))
	for _, p := range r.pairs {
		late := p.lastOK.Sub(*p.token.revoked.Load())
		worst, perAgent[p.bob] = max(worst, late), max(perAgent[p.bob], late)
		if late > verdictAge {
			r.t.Errorf("agent %d let a token in %s after it was revoked", p.bob, late)
		}
	}
	r.t.Logf("the last request let in began %s after its token was revoked; by agent: %v", worst.Round(time.Millisecond), perAgent)
	if worst <= 0 {
		r.t.Error("no token was let in after it was revoked: there was no load to speak of")
	}
	parallel(len(r.pairs), func(i int) {
		for range 20 { // Hydra may be busy still
			if r.send(context.Background(), r.pairs[i]) == "token_inactive" {
				return
			}
		}
		r.t.Errorf("a revoked token is not refused by agent %d", r.pairs[i].bob)
	})
}
