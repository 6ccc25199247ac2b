package e2e

import (
	"context"
	"crypto/tls"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
)

func TestEndToEndStepCADownAndBack(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	s.auth.StopStepCA()
	poet := s.launch("poet", nil)
	eventually(t, patience, "the admin port says ca_unavailable", func() bool {
		if poet.AdminAddr() == nil {
			return false
		}
		ready, why := poet.readyz()
		return !ready && slices.Contains(why, "ca_unavailable")
	})
	if poet.Addr() != nil {
		t.Error("the private port is open before there is a certificate")
	}
	s.auth.StartStepCA()
	select {
	case <-poet.Serving():
	case <-time.After(patience):
		t.Fatalf("does not recover\n%s", poet.log)
	}
	if ready, why := poet.readyz(); !ready {
		t.Errorf("not ready: %v", why)
	}
}

// Certificates of seconds are replaced every four seconds, and the first of them
// expire, while requests run on kept and on new connections; not one of them
// fails. The six seconds that are left at each replacement are for slow machines.
func TestEndToEndRotationUnderLoad(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	short := map[string]string{"MTLS__CERT_TTL": "10s", "MTLS__RENEW_BEFORE": "6s"}
	bob := s.start("bob", short)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s", bob.log)
		}
	})
	alice := s.start("alice", nil)
	p, config := honest(t, alice, bob, signature.Reference)
	serials := make(map[string]bool)
	var mu sync.Mutex
	config.VerifyConnection = observeSerials(config.VerifyConnection, func(serial string) {
		mu.Lock()
		defer mu.Unlock()
		serials[serial] = true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	var served atomic.Int64
	var workers sync.WaitGroup
	full := config.Clone()
	full.ClientSessionCache = nil
	for _, connect := range []struct {
		config *tls.Config
		keep   bool
	}{{config, true}, {config, false}, {full, true}, {full, false}} {
		workers.Go(func() {
			transport := &http.Transport{TLSClientConfig: connect.config.Clone(), DisableKeepAlives: !connect.keep}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			pace := time.NewTicker(10 * time.Millisecond)
			defer pace.Stop()
			for ctx.Err() == nil {
				<-pace.C
				q := p
				q.Time = time.Now()
				r, err := q.Sign(bob.URL(), probe.Message("hello"))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := probe.SendOn(context.WithoutCancel(ctx), client, r)
				if err != nil || got.Status != http.StatusOK || got.Reason != "" {
					t.Errorf("after %d requests, kept %t, resumed %t: %v, %v", served.Load(), connect.keep, connect.config != full, got, err)
					return
				}
				served.Add(1)
			}
		})
	}
	workers.Wait()
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d requests over %d certificates, 0 failed", served.Load(), len(serials))
	if len(serials) < 3 {
		t.Errorf("only %d certificates were seen", len(serials))
	}
}
