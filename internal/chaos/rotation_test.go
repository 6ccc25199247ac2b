package chaos

import (
	"context"
	"crypto/tls"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/task"
)

// lengthy takes a second over messages that say so.
type lengthy struct{}

// Execute implements [task.Executor].
func (lengthy) Execute(ctx context.Context, r task.Request, emit task.Emit) (task.Result, error) {
	if r.Text() == "long" {
		timer := time.NewTimer(time.Second)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return task.Result{}, context.Cause(ctx)
		}
	}
	return task.Result{}, emit(&a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart("heard " + r.Text())}}, false)
}

// load is traffic against one agent, and what became of it.
type load struct {
	t            *testing.T
	caller       *caller
	agent        *inside
	config       *tls.Config
	short, long  atomic.Int64
	workers      sync.WaitGroup
	serials      sync.Map
	certificates atomic.Int64
}

const (
	rotations     = 100
	shortSenders  = 50
	longSenders   = 50
	requestsASec  = 500
	rotationPause = 100 * time.Millisecond
)

// TestRotationUnderLoad replaces the certificate a hundred times under 500
// requests a second and with 50 long requests open all the time. Of eight
// senders six keep their connections, one comes anew with a session to resume
// and one without. Not one request fails.
func TestRotationUnderLoad(t *testing.T) {
	w := newTown(t)
	a := w.runExecutor(t, filepath.Join(t.TempDir(), "agent"), nil, map[string]string{
		"LOG__LEVEL": "info", "TASK__WORKERS": "128", "TASK__MAX_PER_DID": "1000000", "LIMITS__RATE_PER_DID": "100000", "LIMITS__RATE_BURST": "100000",
	}, lengthy{})
	if !a.Serving() {
		t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
	}
	c := w.newCaller(t)
	l := &load{t: t, caller: c, agent: a, config: c.tls(t, a.DID())}
	verify := l.config.VerifyConnection
	l.config.VerifyConnection = func(cs tls.ConnectionState) error {
		if _, seen := l.serials.LoadOrStore(cs.PeerCertificates[0].SerialNumber.String(), true); !seen {
			l.certificates.Add(1)
		}
		return verify(cs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer l.workers.Wait()
	defer cancel()
	for i := range shortSenders {
		l.workers.Go(func() { l.send(ctx, i, "short", &l.short, time.Second*shortSenders/requestsASec) })
	}
	for i := range longSenders {
		l.workers.Go(func() { l.send(ctx, i, "long", &l.long, 0) })
	}
	began := time.Now()
	l.rotate()
	cancel()
	l.workers.Wait()
	t.Logf("%d short and %d long requests in %s over %d rotations, %d certificates seen",
		l.short.Load(), l.long.Load(), time.Since(began).Round(time.Millisecond), rotations, l.certificates.Load())
	if l.certificates.Load() < rotations/4 || l.long.Load() < longSenders {
		t.Error("the load saw too little")
	}
}

// rotate asks for one certificate after the other, each once the last is served.
func (l *load) rotate() {
	tick := time.NewTicker(rotationPause)
	defer tick.Stop()
	for range rotations {
		renewed := l.agent.log.next("certificate renewed")
		l.agent.RenewCertificate()
		select {
		case <-renewed:
		case <-time.After(patience):
			l.t.Errorf("no renewal\n%s", l.agent.log)
			return
		}
		if <-tick.C; l.t.Failed() {
			return
		}
	}
}

// send sends until ctx ends or something fails. Requests under way are let end.
func (l *load) send(ctx context.Context, i int, text string, count *atomic.Int64, every time.Duration) {
	config := l.config.Clone()
	if i%8 == 0 {
		config.ClientSessionCache = nil
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: i%8 < 2}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	if every == 0 {
		every = time.Millisecond
	}
	pace := time.NewTicker(every)
	defer pace.Stop()
	for ctx.Err() == nil {
		<-pace.C
		answer, err := probe.SendOn(context.WithoutCancel(ctx), client, l.caller.request(l.t, l.agent.URL(), text))
		if err != nil || answer.Status != http.StatusOK || !strings.Contains(answer.Body, "heard "+text) {
			l.t.Errorf("%s request %d: %v %s %v", text, count.Load(), answer, answer.Body, err)
			return
		}
		count.Add(1)
	}
}
