package soak

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

const senders = 16

// load is steady traffic of one agent to another, and what became of it.
type load struct {
	from agent.Outbound
	to   *process

	fault        atomic.Int64 // odd while a fault is on; changes with each edge
	served       atomic.Int64
	excused      atomic.Int64 // failed while a fault was on
	failed       atomic.Int64
	denied       atomic.Int64 // 401 and 403, which no fault excuses
	certificates atomic.Int64 // of the other side
	serials      sync.Map
	workers      sync.WaitGroup

	mu    sync.Mutex
	first []string // of the failures
}

// edge begins or ends a fault.
func (l *load) edge() { l.fault.Add(1) }

// run sends until ctx ends; requests under way are let end.
func (l *load) run(ctx context.Context, rps int) {
	for i := range senders {
		l.workers.Go(func() { l.send(ctx, i, time.Second*senders/time.Duration(rps)) })
	}
}

// send is one sender: of sixteen, fourteen keep their connections, one comes
// anew with a session to resume and one without.
func (l *load) send(ctx context.Context, i int, every time.Duration) {
	config := l.from.TLS(l.to.name)
	if i == 0 {
		config.ClientSessionCache = nil
	}
	verify := config.VerifyConnection
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		if _, seen := l.serials.LoadOrStore(cs.PeerCertificates[0].SerialNumber.String(), true); !seen {
			l.certificates.Add(1)
		}
		return verify(cs)
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: i < 2}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 15 * time.Second}
	pace := time.NewTicker(every)
	defer pace.Stop()
	var conversation string // the context of the last message; it is cleared next
	for {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		body := probe.Message("hello")
		if conversation != "" {
			body = fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"contexts/clear","params":{"contextId":%q}}`, uuid.NewString(), conversation)
		}
		answer := l.exchange(context.WithoutCancel(ctx), client, body)
		if conversation != "" {
			conversation = ""
			continue
		}
		conversation = contextOf(answer)
	}
}

func contextOf(answer probe.Answer) string {
	var parsed struct {
		Result struct {
			ContextID string `json:"contextId"`
		}
	}
	if json.Unmarshal([]byte(answer.Body), &parsed) != nil {
		return ""
	}
	return parsed.Result.ContextID
}

// exchange sends one request and counts what becomes of it.
func (l *load) exchange(ctx context.Context, client *http.Client, body []byte) probe.Answer {
	before := l.fault.Load()
	answer, err := l.ask(ctx, client, body)
	excused := before%2 == 1 || l.fault.Load() != before
	switch {
	case err == nil && answer.Status == http.StatusOK && answer.Reason == "":
		l.served.Add(1)
		return answer
	case answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden:
		l.denied.Add(1)
	case excused:
		l.excused.Add(1)
		return answer
	}
	l.failed.Add(1)
	l.note(fmt.Sprintf("%s: %v %v", time.Now().Format(time.TimeOnly), answer, err))
	return answer
}

func (l *load) ask(ctx context.Context, client *http.Client, body []byte) (probe.Answer, error) {
	token, err := l.from.Token(ctx)
	if err != nil {
		return probe.Answer{}, err
	}
	p := probe.Proofs{
		Token: token, Signer: l.from.DID, Key: l.from.Key, Scheme: signature.JCS1, Audience: l.to.name, Time: time.Now(),
	}
	r, err := p.Sign(l.to.url, body)
	if err != nil {
		return probe.Answer{}, err
	}
	return probe.SendOn(ctx, client, r)
}

func (l *load) note(failure string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.first) < 10 {
		l.first = append(l.first, failure)
	}
}

// check wants fewer than one request in ten thousand failed outside faults,
// and none refused as if its proofs were bad, not even in one.
func (l *load) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	served, failed := l.served.Load(), l.failed.Load()
	if served == 0 || failed*10_000 >= served && failed > 0 {
		t.Errorf("%d requests failed outside faults, %d were served: %q", failed, served, l.first)
	}
	if n := l.denied.Load(); n > 0 {
		t.Errorf("%d requests were refused as if their proofs were bad: %q", n, l.first)
	}
}
