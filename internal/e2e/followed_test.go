package e2e

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/faultproxy"
	"github.com/getbindu/bindu-go/internal/probe"
)

// caller is who calls, and whom.
type caller struct {
	probe.Proofs
	config *tls.Config
	callee *running
}

// call makes one request, and returns why it is refused.
func (c *caller) call(t *testing.T) string {
	t.Helper()
	c.Time = time.Now()
	got, err := probe.Send(t.Context(), sign(t, c.Proofs, c.callee), c.config)
	if err != nil {
		t.Fatal(err)
	}
	return got.Reason
}

// keys is whom certificate and signature open: only the key is asked for, which is kept
// for 30 s.
func keys(t *testing.T, from, to *running) *caller {
	p, config := honest(t, from, to, signature.Octets1)
	p.Token = ""
	return &caller{p, config, to}
}

// followed waits until an agent follows so many DIDs.
func followed(t *testing.T, r *running, dids string) {
	t.Helper()
	eventually(t, patience, "revocations are followed", func() bool {
		return strings.Contains(r.metrics(), "agent_revocation_stream_up 1\n") && strings.Contains(r.metrics(), "agent_revocations_followed "+dids+"\n")
	})
}

// metrics is the page of that name.
func (r *running) metrics() string {
	r.t.Helper()
	resp, err := http.Get("http://" + r.AdminAddr().String() + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(body)
}

// TestEndToEndRevocationIsFollowed: what the registrar revokes is refused within moments
// where its stream is followed, though certificate and key of the revoked one are as good
// as before, and would be kept for half a minute; and after it is restored, nothing of
// that is in its way.
func TestEndToEndRevocationIsFollowed(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, nil)
	alice, carol := r.start("alice", nil), r.start("carol", nil)
	byKey := r.start("bob", map[string]string{"MTLS__MODE": "mtls"})
	byToken := r.start("dave", nil)
	p, config := honest(t, alice, byToken, signature.Octets1)
	callers := map[string]*caller{"by its key": keys(t, alice, byKey), "by its token": {p, config, byToken}}
	other := keys(t, carol, byKey)
	for name, c := range callers {
		if reason := c.call(t); reason != "" {
			t.Fatalf("%s: %s", name, reason)
		}
	}
	if reason := other.call(t); reason != "" {
		t.Fatal(reason)
	}
	followed(t, byKey, "2")
	followed(t, byToken, "1")
	if warnings := byKey.warnings(); slices.Contains(warnings, "revocations_unfollowed") {
		t.Errorf("it warns %q", warnings)
	}

	began := time.Now()
	if _, err := r.operator.Revoke(t.Context(), alice.DID().String(), "e2e"); err != nil {
		t.Fatal(err)
	}
	answered := time.Since(began)
	for name, words := range map[string][]string{"by its key": {"caller_revoked"}, "by its token": {"caller_revoked", "token_inactive"}} {
		reason := ""
		eventually(t, patience, name+" the revoked one is refused", func() bool {
			reason = callers[name].call(t)
			return reason != ""
		})
		took := time.Since(began)
		t.Logf("%s: refused with %s %s after the operator began to revoke, whose command took %s", name, reason, took.Round(time.Millisecond), answered.Round(time.Millisecond))
		if took > 4*time.Second || !slices.Contains(words, reason) {
			t.Errorf("%s: refused with %q after %s", name, reason, took)
		}
	}
	if reason := other.call(t); reason != "" {
		t.Errorf("somebody else is refused: %s", reason)
	}
	if !strings.Contains(byKey.metrics(), "agent_revocations_refused 1\n") {
		t.Error("the metrics do not count who is refused")
	}

	if err := r.operator.Restore(t.Context(), alice.DID().String(), "e2e"); err != nil {
		t.Fatal(err)
	}
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	alice = r.launch("alice", nil).await()
	again := keys(t, alice, byKey)
	eventually(t, patience, "the restored one is let in", func() bool { return again.call(t) == "" })
}

// TestEndToEndAStreamThatIsCut: an agent that hears nothing of the registrar any more
// forgets the keys that it kept, and says so; once it hears of it again, it does not.
func TestEndToEndAStreamThatIsCut(t *testing.T) {
	r := newRegistry(t, authoritytest.Options{}, nil)
	alice := r.start("alice", nil)
	proxy, address := r.behind("https://" + r.Addr().String())
	bob := r.start("bob", map[string]string{"MTLS__MODE": "mtls", "REGISTRAR__URL": address})
	c := keys(t, alice, bob)
	if reason := c.call(t); reason != "" {
		t.Fatal(reason)
	}
	followed(t, bob, "1")

	began := time.Now()
	proxy.Set(faultproxy.Blackhole())
	reason := ""
	eventually(t, patience, "the key that was kept is forgotten", func() bool {
		reason = c.call(t)
		return reason != ""
	})
	took := time.Since(began)
	t.Logf("refused with %s %s after the stream was cut; a key is kept for 30 s otherwise", reason, took.Round(time.Millisecond))
	if reason != "key_lookup_unavailable" || took > 12*time.Second {
		t.Errorf("refused with %q after %s", reason, took)
	}
	if warnings := bob.warnings(); !slices.Contains(warnings, "revocations_unfollowed") {
		t.Errorf("it warns %q", warnings)
	}
	if !strings.Contains(bob.metrics(), `agent_revocation_drops_total{reason="silence"} 1`) {
		t.Error("the metrics do not say that it was silent")
	}

	proxy.Set(faultproxy.Pass())
	eventually(t, patience, "the registrar is heard again", func() bool { return c.call(t) == "" && !slices.Contains(bob.warnings(), "revocations_unfollowed") })
	if _, err := r.operator.Revoke(t.Context(), alice.DID().String(), "e2e"); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "the revoked one is refused", func() bool { return c.call(t) == "caller_revoked" })
}
