package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// An issuer that does not answer is nobody's fault but its own: the agent
// starts, says so, refuses with 503 and recovers alone.
func TestEndToEndIssuerAway(t *testing.T) {
	for name, fault := range map[string]http.Handler{
		"051_error": oidctest.Status(http.StatusInternalServerError), "051_redirect": oidctest.Redirect("https://127.0.0.1:1/"),
		"050_hangs": oidctest.Hang(), "052_html": oidctest.Body("text/html", "<html>"), "053_huge": oidctest.Huge(4 << 20),
	} {
		t.Run(name, func(t *testing.T) {
			w, caller := newWorld(t), newOutsider(t, "poet")
			w.issuer.Keys.Fail(fault)
			a := launch(t, "callee", w.settings(t, map[string]string{"DID__PINNED_KEYS": caller.pin(), "AUTH__JWKS_REFRESH": "1s"}), nil).await()
			eventually(t, patience, "readiness names the issuer", func() bool {
				ready, why := a.readyz()
				return !ready && slices.Contains(why, "issuer_unavailable")
			})
			asked := time.Now()
			got := post(t, sign(t, caller.proofs(w.issuer.Mint(caller.claims(w.issuer, nil)), a), a))
			if waited := time.Since(asked); waited > 2500*time.Millisecond+room {
				t.Errorf("the caller waited %s", waited)
			}
			if got.status != http.StatusServiceUnavailable || got.retryAfter == "" ||
				!slices.Contains([]string{"introspection_unavailable", "introspection_invalid"}, got.Error.Data.Reason) {
				t.Fatalf("%d %s", got.status, got.body)
			}
			eventually(t, patience, "the log says whom it asks", func() bool { return a.log.has(w.issuer.URL) })
			w.issuer.Keys.Fail(nil)
			a.awaitReady()
			if got := post(t, sign(t, caller.proofs(w.issuer.Mint(caller.claims(w.issuer, nil)), a), a)); got.status != http.StatusOK {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

func TestEndToEndAuth0(t *testing.T) {
	server, caller := oidctest.NewServer(t), newOutsider(t, "poet")
	fixture := oidctest.ReadFixture(t, "auth0-m2m")
	issuer := server.Issuer(fixture.Issuer(), fixture.JWKSURI)
	client := fixture.Claims["azp"].(string)
	didMap := filepath.Join(t.TempDir(), "dids.json")
	writeMap := func(subject string, d did.DID) {
		t.Helper()
		text := fmt.Sprintf(`{"clients":[{"issuer":%q,"client":%q,"subject":%q,"did":%q}]}`, issuer.URL, client, subject, d)
		if err := os.WriteFile(didMap, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeMap(client+"@clients", caller.did)
	a := launch(t, "callee", map[string]string{
		"AGENT__DIR": filepath.Join(t.TempDir(), "agent"), "MTLS__ENABLED": "false",
		"AUTH__PROVIDER": "auth0", "AUTH__DOMAIN": "acme.eu.auth0.com", "AUTH__AUDIENCE": "https://agents.acme.example",
		"AUTH__REQUIRED_CLAIMS": "gty=client-credentials", "AUTH__DID_MAP": didMap, "DID__PINNED_KEYS": caller.pin(),
	}, server.Client()).await().awaitReady()
	send := func(changes map[string]any) refusal {
		return post(t, sign(t, caller.proofs(fixture.Mint(issuer, time.Now(), changes), a), a))
	}

	if got := send(nil); got.status != http.StatusOK || a.lastCaller().Claims.ClientID != client || a.lastCaller().DID != caller.did {
		t.Fatalf("%d %s, caller %+v", got.status, got.body, a.lastCaller())
	}
	for name, tt := range map[string]struct {
		changes map[string]any
		reason  string
	}{
		"a person who signed in":       {map[string]any{"gty": nil, "sub": "auth0|ann"}, "token_claim"},
		"another grant of that client": {map[string]any{"sub": "auth0|ann"}, "client_not_did"},
		"another API":                  {map[string]any{"aud": "https://acme.eu.auth0.com/api/v2/"}, "token_audience"},
		"another tenant":               {map[string]any{"iss": "https://evil.eu.auth0.com/"}, "token_issuer"},
	} {
		if got := send(tt.changes); got.Error.Data.Reason != tt.reason {
			t.Errorf("%s: want %s, got %d %s", name, tt.reason, got.status, got.body)
		}
	}

	t.Run("the map is read again", func(t *testing.T) {
		writeMap("somebody-else", caller.did)
		a.Reload()
		if got := send(nil); got.Error.Data.Reason != "client_not_did" {
			t.Errorf("%d %s", got.status, got.body)
		}
		if err := os.WriteFile(didMap, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		a.Reload()
		if line := a.metric(`agent_file_stale{file="did_map"}`); !strings.HasSuffix(line, " 1") {
			t.Errorf("a broken map is not reported: %q", line)
		}
		writeMap(client+"@clients", caller.did)
		eventually(t, patience, "the change is noticed without being told", func() bool { return send(nil).status == http.StatusOK })
	})
}

func TestEndToEndTokenOnlyCallers(t *testing.T) {
	w, caller := newWorld(t), newOutsider(t, "poet")
	a := launch(t, "callee", w.settings(t, map[string]string{"AUTH__REQUIRE_DID": "false"}), nil).await().awaitReady()
	call := func(body []byte, changes map[string]any) refusal {
		t.Helper()
		r := sign(t, caller.proofs(w.issuer.Mint(caller.claims(w.issuer, changes)), a), a)
		r.Body = body
		for _, name := range []string{signature.HeaderDID, signature.HeaderTimestamp, signature.HeaderSignature, signature.HeaderScheme, signature.HeaderNonce} {
			r.Header.Del(name)
		}
		return post(t, r)
	}
	plain := func(changes map[string]any) refusal {
		t.Helper()
		return call(probe.Message("hello"), changes)
	}
	sent := plain(map[string]any{didClaim: nil})
	if sent.status != http.StatusOK {
		t.Fatalf("%d %s", sent.status, sent.body)
	}
	if c := a.lastCaller(); !c.DID.IsZero() || c.Claims.ClientID != caller.client || c.Scheme != "" {
		t.Errorf("caller %+v", c)
	}
	t.Run("one client does not see the tasks of another", func(t *testing.T) {
		var task struct{ Result struct{ ID string } }
		if err := json.Unmarshal([]byte(sent.body), &task); err != nil || task.Result.ID == "" {
			t.Fatalf("%v %s", err, sent.body)
		}
		get := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":"1","method":"tasks/get","params":{"id":%q}}`, task.Result.ID)
		if got := call(get, map[string]any{didClaim: nil}); got.Error.Code != 0 {
			t.Errorf("its own: %s", got.body)
		}
		if got := call(get, map[string]any{didClaim: nil, "azp": "another-client"}); got.Error.Code != -32001 {
			t.Errorf("another's: %s", got.body)
		}
	})
	for name, tt := range map[string]struct {
		changes map[string]any
		reason  string
	}{
		"a token that names a DID wants its signature": {nil, "missing_signature_headers"},
		"a DID that is none":                           {map[string]any{didClaim: "ann"}, "token_claim"},
		"permissions as ever":                          {map[string]any{didClaim: nil, "scope": "agent:read"}, "scope_insufficient"},
	} {
		if got := plain(tt.changes); got.Error.Data.Reason != tt.reason {
			t.Errorf("%s: want %s, got %d %s", name, tt.reason, got.status, got.body)
		}
	}
}

func TestEndToEndSeveralIssuers(t *testing.T) {
	w, caller := newWorld(t), newOutsider(t, "poet")
	second := w.server.Issuer(w.issuer.URL+"/second", "")
	down := w.server.Issuer(w.issuer.URL+"/down", "")
	down.Keys.Fail(oidctest.Drop())
	a := launch(t, "callee", w.settings(t, map[string]string{
		"AUTH__ISSUERS": strings.Join([]string{w.issuer.URL, second.URL, down.URL}, ","), "DID__PINNED_KEYS": caller.pin(),
	}), nil).await()
	for _, i := range []*oidctest.Issuer{w.issuer, second} {
		eventually(t, patience, "tokens of "+i.URL+" are taken", func() bool {
			return post(t, sign(t, caller.proofs(i.Mint(caller.claims(i, nil)), a), a)).status == http.StatusOK
		})
	}
	if ready, why := a.readyz(); !ready {
		t.Errorf("one issuer of three takes the agent out of service: %v", why)
	}
	crossed := second.Mint(caller.claims(w.issuer, nil))
	if got := post(t, sign(t, caller.proofs(crossed, a), a)); got.Error.Data.Reason != "token_signature" && got.Error.Data.Reason != "token_kid" {
		t.Errorf("one issuer speaks for another: %d %s", got.status, got.body)
	}
	if got := post(t, sign(t, caller.proofs(down.Mint(caller.claims(down, nil)), a), a)); got.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.status, got.body)
	}
}
