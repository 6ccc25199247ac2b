package e2e

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/peer"
)

var schemes = signature.Schemes()

func TestEndToEndGates(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	alice, bob, carol := s.start("alice", nil), s.start("bob", nil), s.start("carol", nil)

	t.Run("an honest message each way", func(t *testing.T) {
		for _, pair := range [][2]*running{{alice, bob}, {bob, alice}} {
			client, err := pair[0].Client()
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			found, err := client.Discover(t.Context(), pair[1].URL(), pair[1].DID())
			if err != nil || found.Card.State != peer.CardVerified || found.Card.Voucher != peer.VoucherDID {
				t.Fatalf("card %+v, %v", found.Card, err)
			}
			reply, err := client.Send(t.Context(), found, "Grüße 🌍")
			if err != nil || reply.Text != "heard Grüße 🌍" {
				t.Fatalf("reply %q, %v", reply.Text, err)
			}
			if got := pair[1].lastCaller(); got.DID != pair[0].DID() || !got.KeyBound || got.Scheme != signature.Octets1 || got.CertificateSerial == "" {
				t.Errorf("caller %+v", got)
			}
		}
	})

	t.Run("an honest message in each binding", func(t *testing.T) {
		for _, binding := range []peer.Binding{peer.HTTPJSON, peer.GRPC} {
			client, err := alice.Client(func(c *peer.Config) { c.Binding = binding })
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			found, err := client.Discover(t.Context(), bob.URL(), bob.DID())
			if err != nil {
				t.Fatal(err)
			}
			reply, err := client.Send(t.Context(), found, "Grüße 🌍")
			if err != nil || reply.Text != "heard Grüße 🌍" {
				t.Fatalf("%s: reply %q, %v", binding, reply.Text, err)
			}
			if got := bob.lastCaller(); got.DID != alice.DID() || got.Scheme != signature.Octets1 {
				t.Errorf("%s: caller %+v", binding, got)
			}
		}
	})

	t.Run("every signature scheme", func(t *testing.T) {
		for _, scheme := range schemes {
			p, config := honest(t, alice, bob, scheme)
			expect(t, sign(t, p, bob), config, "")
			if got := bob.lastCaller(); got.Scheme != scheme || got.DID != alice.DID() {
				t.Errorf("%s: caller %+v", scheme, got)
			}
		}
	})

	t.Run("every pairwise mismatch", func(t *testing.T) {
		tests := []struct {
			name                           string
			certificate, token, did, signs *running
			reason                         string
		}{
			{"another's certificate", bob, alice, alice, alice, "identity_mismatch"},
			{"another's token", alice, bob, alice, alice, "identity_mismatch"},
			{"another's name", alice, alice, bob, alice, "did_mismatch"},
			{"another's name and signature", alice, alice, bob, bob, "did_mismatch"},
			{"another's key", alice, alice, alice, bob, "crypto_mismatch"},
			{"certificate and token of another", bob, bob, alice, alice, "did_mismatch"},
			{"certificate and name of another", bob, alice, bob, bob, "identity_mismatch"},
			{"token and name of another", alice, bob, bob, bob, "identity_mismatch"},
		}
		for _, scheme := range schemes {
			for _, tt := range tests {
				t.Run(tt.name+", "+string(scheme), func(t *testing.T) {
					p, _ := honest(t, tt.token, carol, scheme)
					p.Signer, p.Key = tt.did.DID(), tt.signs.Outbound().Key
					expect(t, sign(t, p, carol), tt.certificate.Outbound().TLS(carol.DID()), tt.reason)
				})
			}
		}
	})

	t.Run("079_replayed", func(t *testing.T) {
		for _, scheme := range schemes {
			p, config := honest(t, alice, bob, scheme)
			r := sign(t, p, bob)
			expect(t, r, config, "")
			expect(t, r, config, "replayed")
		}
	})

	t.Run("043_relay to a third agent", func(t *testing.T) {
		for _, scheme := range schemes {
			p, config := honest(t, alice, bob, scheme)
			r := sign(t, p, bob) // what bob received, but for a header that is no proof
			r.Header.Del(signature.HeaderAudience)
			r.URL = carol.URL() + "/"
			expect(t, r, bob.Outbound().TLS(carol.DID()), "identity_mismatch")
			if scheme.Binds() { // even with alice's own certificate
				expect(t, r, alice.Outbound().TLS(carol.DID()), "crypto_mismatch")
			}
			expect(t, r2(r, bob), config, "")
		}
	})

	t.Run("066_body changed", func(t *testing.T) {
		for _, scheme := range schemes {
			p, config := honest(t, alice, bob, scheme)
			r := sign(t, p, bob)
			r.Body = bytes.Replace(r.Body, []byte("hello"), []byte("hullo"), 1)
			expect(t, r, config, "crypto_mismatch")
		}
	})

	t.Run("062_timestamp out of the window", func(t *testing.T) {
		p, config := honest(t, alice, bob, signature.JCS1)
		p.Time = time.Now().Add(-310 * time.Second)
		expect(t, sign(t, p, bob), config, "timestamp_out_of_window")
	})

	t.Run("034_a token for step-ca opens nothing", func(t *testing.T) {
		p, config := honest(t, alice, bob, signature.JCS1)
		p.Token = s.tokenFor(alice, "step-ca")
		expect(t, sign(t, p, bob), config, "token_inactive") // so the registrar says
	})

	t.Run("no certificate", func(t *testing.T) {
		_, config := honest(t, alice, bob, signature.JCS1)
		err := probe.Refusal(t.Context(), bob.Addr().String(), probe.WithoutCertificate(config))
		if alert := probe.Alert(err); alert != "certificate required" {
			t.Errorf("got %v", err)
		}
	})

	t.Run("022_the caller refuses the wrong peer before a header leaves", func(t *testing.T) {
		client, err := alice.Client()
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		_, err = client.Discover(t.Context(), bob.URL(), carol.DID())
		if err == nil || !strings.Contains(err.Error(), bob.DID().String()) || !strings.Contains(err.Error(), carol.DID().String()) {
			t.Errorf("the error names not both: %v", err)
		}
	})
}

// r2 is the same request addressed to callee again.
func r2(r probe.Request, callee *running) probe.Request {
	r.URL = callee.URL() + "/"
	return r
}

// tokenFor gets a token for an audience with the agent's own credentials.
func (s *stack) tokenFor(r *running, audience string) string {
	s.t.Helper()
	dir, err := safefile.OpenDir(r.dir, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := hydra.LoadCredentials(dir, r.DID())
	if err != nil {
		s.t.Fatal(err)
	}
	tokens := hydra.NewTokenSource(hydra.Config{AdminURL: s.auth.HydraAdmin, PublicURL: s.auth.HydraPublic}, c, nil)
	defer tokens.Close()
	token, err := tokens.Fresh(s.t.Context(), audience)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func TestEndToEndRevocation(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	alice, bob := s.start("alice", nil), s.start("bob", nil)
	p, config := honest(t, alice, bob, signature.JCS1)
	var asked, admitted time.Time
	ask := func() string {
		asked = time.Now()
		p.Time = asked
		got, err := probe.Send(t.Context(), sign(t, p, bob), config)
		if err != nil {
			t.Fatal(err)
		}
		if got.Reason == "" {
			admitted = asked
		}
		return got.Reason
	}
	if reason := ask(); reason != "" {
		t.Fatalf("refused before it was revoked: %s", reason)
	}
	s.revoke(alice, p.Token)
	revoked := time.Now()
	eventually(t, patience, "the revoked token is refused", func() bool { return ask() == "token_inactive" })
	last := admitted.Sub(revoked)
	t.Logf("057: last admitted %s after the revocation", last.Round(time.Millisecond))
	if last > 5*time.Second {
		t.Errorf("admitted %s after the revocation, at most 5 s are promised", last)
	}
}

func TestEndToEndHydraDown(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	alice, bob := s.start("alice", nil), s.start("bob", nil)
	p, config := honest(t, alice, bob, signature.JCS1)
	expect(t, sign(t, p, bob), config, "")
	s.auth.StopHydra()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually(t, 10*time.Second, "503 while Hydra is down", func() bool {
		p.Time = time.Now()
		got, err := probe.Send(ctx, sign(t, p, bob), config)
		if err != nil {
			t.Fatal(err)
		}
		if got.Status == 401 {
			t.Fatalf("a caller was told that its token is bad: %v", got)
		}
		return got.Status == 503
	})
	s.auth.StartHydra()
	eventually(t, 10*time.Second, "served again", func() bool {
		p.Time = time.Now()
		got, err := probe.Send(ctx, sign(t, p, bob), config)
		return err == nil && got.Status == 200 && got.Reason == ""
	})
}
