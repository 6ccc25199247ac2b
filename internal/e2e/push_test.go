package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// TestEndToEndRevocationDeletesWebhooks: what a caller asked to be told of is told as long as
// it is one, and nothing is after the registrar has revoked it.
func TestEndToEndRevocationDeletesWebhooks(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, nil)
	var told atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		told.Add(1)
	}))
	defer hook.Close()
	alice := r.start("alice", nil)
	bob := r.start("bob", map[string]string{"PUSH__ENABLED": "true", "PUSH__ALLOWED_NETWORKS": "127.0.0.0/8"})
	p, config := honest(t, alice, bob, signature.Octets1)
	id := uuid.NewString()
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"message/send","params":{"message":{"messageId":%q,"role":"user","parts":[{"kind":"text","text":"hello"}]},`+
		`"configuration":{"blocking":true,"pushNotificationConfig":{"url":%q}}}}`, id, hook.URL)
	request, err := p.Sign(bob.URL(), body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := probe.Send(t.Context(), request, config); err != nil || got.Reason != "" {
		t.Fatalf("%v, %v\n%s", got, err, bob.log)
	}
	delivered := func() bool {
		return strings.Contains(bob.metrics(), `agent_push_deliveries_total{outcome="delivered"} `+fmt.Sprint(told.Load())+"\n")
	}
	eventually(t, patience, "it is delivered", func() bool { return told.Load() >= 2 && delivered() })
	followed(t, bob, "1")
	began := time.Now()
	if _, err := r.operator.Revoke(t.Context(), alice.DID().String(), "e2e"); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "its webhooks are deleted", func() bool {
		return strings.Contains(bob.metrics(), `agent_push_deliveries_total{outcome="owner_gone"} 1`+"\n")
	})
	t.Logf("after %s", time.Since(began).Round(time.Millisecond))
	if !bob.log.has("webhooks of a caller that is one no more") {
		t.Errorf("it says nothing\n%s", bob.log)
	}
}
