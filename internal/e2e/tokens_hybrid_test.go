package e2e

import (
	"crypto/tls"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// issued are the settings of an agent that takes tokens of w beside the
// certificates of the private CA.
func issued(w *world, changes map[string]string) map[string]string {
	env := map[string]string{
		"AUTH__PROVIDER": "oidc", "AUTH__ISSUERS": w.issuer.URL, "AUTH__ISSUER_CA_FILE": w.caFile,
		"AUTH__AUDIENCE": tokenAudience, "AUTH__DID_CLAIM": didClaim,
	}
	maps.Copy(env, changes)
	return env
}

// as is an agent as a client of the issuer.
func as(r *running) outsider {
	o := r.Outbound()
	return outsider{o.Key, o.DID, "client-of-" + string(r.set.Agent.Name)}
}

// message is a signed message of caller with the given token, and how to send it.
func message(t *testing.T, caller, callee *running, token string) (probe.Request, *tls.Config) {
	t.Helper()
	return sign(t, as(caller).proofs(token, callee), callee), caller.Outbound().TLS(callee.DID())
}

func TestEndToEndTokensOfAnIssuerBesideCertificates(t *testing.T) {
	s, w := newDirectStack(t, authoritytest.Options{}), newWorld(t)
	didMap := filepath.Join(t.TempDir(), "dids.json")
	if err := os.WriteFile(didMap, []byte(`{"clients":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ours := map[string]string{"AUTH__CLIENT_ID": "alice-at-the-issuer", "AUTH__CLIENT_SECRET": "hush"}
	alice, carol := s.start("alice", issued(w, ours)), s.start("carol", nil)
	bob := s.start("bob", issued(w, nil)).awaitReady()
	mapped := s.start("mapped", issued(w, map[string]string{"AUTH__DID_MAP": didMap, "AUTH__DID_CLAIM": ""})).awaitReady()
	token := func(names *running, changes map[string]any) string {
		return w.issuer.Mint(as(names).claims(w.issuer, changes))
	}

	t.Run("certificate, DID claim and signature agree", func(t *testing.T) {
		r, config := message(t, alice, bob, token(alice, nil))
		expect(t, r, config, "")
		if c := bob.lastCaller(); c.DID != alice.DID() || c.CertificateSerial == "" || c.Claims.Issuer != w.issuer.URL {
			t.Errorf("caller %+v", c)
		}
	})
	t.Run("042_the DID claim names another", func(t *testing.T) {
		r, config := message(t, alice, bob, token(carol, nil))
		expect(t, r, config, "identity_mismatch")
	})
	t.Run("064_the signature names another", func(t *testing.T) {
		p := as(carol).proofs(token(alice, nil), bob)
		expect(t, sign(t, p, bob), alice.Outbound().TLS(bob.DID()), "did_mismatch")
	})
	t.Run("the certificate names another", func(t *testing.T) {
		r, _ := message(t, alice, bob, token(alice, nil))
		expect(t, r, carol.Outbound().TLS(bob.DID()), "identity_mismatch")
	})
	t.Run("a token of Hydra opens nothing where another issuer is trusted", func(t *testing.T) {
		hydra, err := carol.Outbound().Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, config := message(t, carol, bob, hydra)
		expect(t, r, config, "token_issuer")
	})
	t.Run("034_a token for step-ca opens nothing", func(t *testing.T) {
		r, config := message(t, alice, bob, token(alice, map[string]any{"aud": []string{"step-ca", tokenAudience}}))
		expect(t, r, config, "token_audience")
	})

	t.Run("the DID map agrees, or the caller is refused", func(t *testing.T) {
		claims := map[string]any{didClaim: nil}
		r, config := message(t, alice, mapped, token(alice, claims))
		expect(t, r, config, "client_not_did")
		for d, reason := range map[did.DID]string{alice.DID(): "", carol.DID(): "identity_mismatch"} {
			text := fmt.Sprintf(`{"clients":[{"issuer":%q,"client":%q,"did":%q}]}`, w.issuer.URL, as(alice).client, d)
			if err := os.WriteFile(didMap, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			mapped.Reload()
			r, config := message(t, alice, mapped, token(alice, claims))
			expect(t, r, config, reason)
		}
	})

	t.Run("our own tokens come from the issuer", func(t *testing.T) {
		w.issuer.Register(oidctest.Client{ID: "alice-at-the-issuer", Secret: "hush", Claims: map[string]any{
			didClaim: alice.DID().String(), "scope": "agent:read agent:write",
		}})
		client, err := alice.Client()
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		p, err := client.Discover(t.Context(), bob.URL(), bob.DID())
		if err != nil {
			t.Fatal(err)
		}
		before := w.issuer.Tokens.Requests()
		for range 3 {
			reply, err := client.Send(t.Context(), p, "hello")
			if err != nil || reply.Text != "heard hello" {
				t.Fatalf("%+v %v", reply, err)
			}
		}
		if n := w.issuer.Tokens.Requests() - before; n != 1 {
			t.Errorf("%d token requests for three calls", n)
		}
		if alice.log.has("hush") {
			t.Error("the secret is in the log")
		}
	})
}

func TestEndToEndTokenModes(t *testing.T) {
	s, w := newDirectStack(t, authoritytest.Options{}), newWorld(t)
	alice := s.start("alice", nil)
	mode := func(name string) *running {
		return s.start(name, issued(w, map[string]string{"AUTH__TOKEN_MODE": name, "AUTH__TOKENLESS_PERMISSIONS": "agent:write"})).awaitReady()
	}
	strict, optional, permissive := mode("strict"), mode("optional"), mode("permissive")
	good := w.issuer.Mint(as(alice).claims(w.issuer, nil))
	bad := w.issuer.Mint(as(alice).claims(w.issuer, map[string]any{"exp": time.Now().Unix() - 60}))
	for _, tt := range []struct {
		name, token, reason string
		callee              *running
	}{
		{"strict, good", good, "", strict},
		{"strict, none", "", "auth_missing", strict},
		{"strict, expired", bad, "token_expired", strict},
		{"optional, good", good, "", optional},
		{"optional, none", "", "", optional},
		{"optional, expired", bad, "token_expired", optional},
		{"permissive, good", good, "", permissive},
		{"permissive, none", "", "", permissive},
		{"permissive, expired", bad, "", permissive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, config := message(t, alice, tt.callee, tt.token)
			expect(t, r, config, tt.reason)
			expect(t, sign(t, as(alice).proofs(tt.token, tt.callee), tt.callee), config, tt.reason)
		})
	}
	for callee, counted := range map[*running][]string{optional: {"token_absent"}, permissive: {"token_absent", "token_ignored"}} {
		for _, reason := range counted {
			line := callee.metric(`agent_gate_decisions_total{decision="warned",gate="token",reason="` + reason + `"}`)
			if !strings.HasSuffix(line, " 2") {
				t.Errorf("%s is counted as %q", reason, line)
			}
		}
		if len(callee.set.Warnings()) == 0 {
			t.Error("no warning at boot")
		}
	}
	t.Run("a certificate is still wanted", func(t *testing.T) {
		_, config := message(t, alice, optional, "")
		if alert := probe.Alert(probe.Refusal(t.Context(), optional.Addr().String(), probe.WithoutCertificate(config))); alert != "certificate required" {
			t.Errorf("got %q", alert)
		}
	})
}
