package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	_ "modernc.org/sqlite" // Hydra's database

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/task"
)

// TestEndToEndHydraLosesATable is scenario 6: a table of the real Hydra is
// renamed under load. Hydra then calls every token inactive and itself well.
// The agent says so on /readyz, goes on with the tasks it has, remembers none
// of it, and serves every token again once the table is back.
func TestEndToEndHydraLosesATable(t *testing.T) {
	for _, table := range []string{"hydra_oauth2_access", "hydra_client"} {
		t.Run(table, func(t *testing.T) { loseTable(t, table) })
	}
}

func loseTable(t *testing.T, table string) {
	s := newDirectStack(t, authoritytest.Options{})
	slow := &patient{begun: make(chan struct{}), over: make(chan struct{})}
	env := s.auth.Env()
	env["AGENT__DIR"] = filepath.Join(s.root, "bob")
	l := &lostTable{stack: s, alice: s.start("alice", nil), bob: launchWith(t, "bob", env, nil, slow).await()}
	client := s.oauthClient(l.alice)
	for range loadscale.Size(t, 10, 100) {
		l.tokens = append(l.tokens, client.mint())
	}
	long := l.startLong(slow)
	ctx, cancel := context.WithCancel(t.Context())
	defer l.workers.Wait()
	defer slow.finish()
	defer cancel()
	l.load(ctx, loadscale.Size(t, 50, 500))
	eventually(t, patience, "every token is served", func() bool { return l.all(l.served(0)) })

	restore := l.rename(table)
	if warned := l.warnings(); len(warned) > 0 {
		t.Errorf("warned before anything was wrong: %v", warned)
	}
	took := eventually(t, 30*time.Second, "/readyz warns of introspection_flips", func() bool {
		return slices.Contains(l.warnings(), "introspection_flips")
	})
	refused := l.refused.Load()
	eventually(t, patience, "nothing is served from memory any more", func() bool { return l.refused.Load() > refused+2*int64(len(l.tokens)) })
	restore()
	// A request may share an introspection that was asked before; none takes longer.
	repaired := time.Since(l.began) + time.Duration(l.bob.set.Hydra.IntrospectionTimeout)
	eventually(t, patience, "every token is served again and again", func() bool {
		return l.all(l.served(repaired)) && l.count(repaired) >= 5*len(l.tokens)
	})
	cancel()
	slow.finish()
	l.workers.Wait()
	if late := l.refusedSince(repaired); late > 0 {
		t.Errorf("%d requests were refused although Hydra was whole again", late)
	}
	if got := <-long; got.Status != http.StatusOK || !strings.Contains(got.Body, `"completed"`) {
		t.Errorf("the task that ran all the time: %v %s", got, got.Body)
	}
	eventually(t, patience, "/readyz warns no longer", func() bool { return len(l.warnings()) == 0 })
	t.Logf("%s renamed: warned after %s, %d requests refused, %d tokens served again, none of %d requests refused after the repair",
		table, took.Round(time.Millisecond), l.refused.Load(), len(l.tokens), l.count(repaired))
}

// patient takes its time over messages that say so.
type patient struct {
	begin, end  sync.Once
	begun, over chan struct{}
}

func (p *patient) finish() { p.end.Do(func() { close(p.over) }) }

// Execute implements [task.Executor].
func (p *patient) Execute(ctx context.Context, r task.Request, emit task.Emit) (task.Result, error) {
	if r.Text() == "long" {
		p.begin.Do(func() { close(p.begun) })
		select {
		case <-p.over:
		case <-ctx.Done():
			return task.Result{}, context.Cause(ctx)
		}
	}
	return task.Result{}, emit(&a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart("done")}}, false)
}

type lostTable struct {
	*stack
	alice, bob *running
	tokens     []string
	began      time.Time
	refused    atomic.Int64
	workers    sync.WaitGroup

	mu       sync.Mutex
	requests []outcome
}

// outcome is what became of a request that started then.
type outcome struct {
	start  time.Duration
	token  int
	served bool
}

func (l *lostTable) sign(token string, body []byte) probe.Request {
	o := l.alice.Outbound()
	p := probe.Proofs{Token: token, Signer: o.DID, Key: o.Key, Scheme: signature.JCS1, Audience: l.bob.DID(), Time: time.Now()}
	r, err := p.Sign(l.bob.URL(), body)
	if err != nil {
		l.t.Error(err)
	}
	return r
}

// startLong sends a request whose task runs until slow lets it finish.
func (l *lostTable) startLong(slow *patient) <-chan probe.Answer {
	answers := make(chan probe.Answer, 1)
	r := l.sign(l.tokens[0], probe.Message("long"))
	l.workers.Go(func() {
		answer, err := probe.Send(context.WithoutCancel(l.t.Context()), r, l.alice.Outbound().TLS(l.bob.DID()))
		if err != nil {
			l.t.Error(err)
		}
		answers <- answer
	})
	<-slow.begun
	return answers
}

// load sends with each token in turn until ctx ends.
func (l *lostTable) load(ctx context.Context, rps int) {
	const senders = 8
	l.began = time.Now()
	transport := &http.Transport{TLSClientConfig: l.alice.Outbound().TLS(l.bob.DID()), MaxIdleConnsPerHost: senders}
	l.t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: patience}
	var next atomic.Int64
	for range senders {
		l.workers.Go(func() {
			pace := time.NewTicker(time.Second * senders / time.Duration(rps))
			defer pace.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-pace.C:
					l.send(context.WithoutCancel(ctx), client, int(next.Add(1))%len(l.tokens))
				}
			}
		})
	}
}

func (l *lostTable) send(ctx context.Context, client *http.Client, token int) {
	start := time.Since(l.began)
	answer, err := probe.SendOn(ctx, client, l.sign(l.tokens[token], probe.Message("short")))
	served := err == nil && answer.Status == http.StatusOK && answer.Reason == ""
	if answer.Status == http.StatusServiceUnavailable {
		return // a busy machine: nothing was said about the token
	}
	if err != nil || !served && answer.Reason != "token_inactive" {
		l.t.Errorf("%v %v", answer, err)
	}
	if !served {
		l.refused.Add(1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, outcome{start, token, served})
}

// served returns which tokens were let in since then.
func (l *lostTable) served(since time.Duration) map[int]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := map[int]bool{}
	for _, r := range l.requests {
		if r.served && r.start > since {
			tokens[r.token] = true
		}
	}
	return tokens
}

func (l *lostTable) all(tokens map[int]bool) bool { return len(tokens) == len(l.tokens) }

func (l *lostTable) count(since time.Duration) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.requests {
		if r.start > since {
			n++
		}
	}
	return n
}

func (l *lostTable) refusedSince(since time.Duration) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.requests {
		if r.start > since && !r.served {
			n++
		}
	}
	return n
}

// rename takes a table away from Hydra and returns what gives it back.
func (l *lostTable) rename(table string) (restore func()) {
	l.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(l.auth.Dir, "hydra", "hydra.sqlite")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = db.Close() })
	do := func(from, to string) {
		l.t.Helper()
		if _, err := db.ExecContext(l.t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
			l.t.Fatal(err)
		}
	}
	do(table, "taken_away")
	return func() { do("taken_away", table) }
}

// warnings returns those of /readyz but the one that an agent beside Hydra's admin API
// always has.
func (l *lostTable) warnings() []string {
	resp, err := http.Get("http://" + l.bob.AdminAddr().String() + "/readyz")
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct{ Warnings []string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		l.t.Fatal(err)
	}
	return slices.DeleteFunc(body.Warnings, func(w string) bool { return w == "hydra_admin_held" })
}
