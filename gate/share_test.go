package gate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// untouched is a body that must not be read.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func (untouched) Close() error { return nil }

// uncertified are the two ways in which callers come without a certificate.
func uncertified() map[string]func(*gate.Config) {
	return map[string]func(*gate.Config){
		"mode off":  func(c *gate.Config) { c.Mode = gate.ModeOff },
		"migration": func(c *gate.Config) { c.AllowUncertified = true },
	}
}

// failing is a request whose signature does not verify.
func (b *bench) failing(address string) *http.Request {
	r := b.request(signature.Reference, testBody)
	r.RemoteAddr = address
	r.Body = io.NopCloser(strings.NewReader(strings.Replace(testBody, "1}", "2}", 1)))
	return r
}

func (b *bench) expect(r *http.Request, status int, reason string) {
	b.t.Helper()
	if w, got := b.do(r); w.Code != status || got.Error.Data.Reason != reason {
		b.t.Errorf("%d %s, want %d %s", w.Code, w.Body, status, reason)
	}
}

// A request that fails costs its caller what one that succeeds does, and beyond
// the limit nobody reads its body, looks for its key or verifies anything.
func TestHostile163FailuresAreCharged(t *testing.T) {
	const burst = 4
	b := newBench(t, func(c *gate.Config) { c.Limits = gate.Limits{Rate: 0.001, Burst: burst} })
	for range burst {
		b.expect(b.failing("192.0.2.1:1"), 403, "crypto_mismatch")
	}
	looked := b.ran["key"]
	r := b.request(signature.Reference, testBody)
	r.Body = untouched{t}
	b.expect(r, 429, "rate_limited")
	if b.ran["key"] != looked || b.ran["caller"] != burst {
		t.Errorf("ran %v", b.ran)
	}
}

// Whoever got hold of a token, and of nothing else, uses up what is granted to
// it at its own address; its owner is served.
func TestTokenWithoutCertificateStarvesNobody(t *testing.T) {
	for name, configure := range uncertified() {
		t.Run(name, func(t *testing.T) {
			const burst = 4
			b := newBench(t, configure, func(c *gate.Config) { c.Limits = gate.Limits{Rate: 0.001, Burst: burst} })
			from := func(r *http.Request, address string) *http.Request {
				r.TLS, r.RemoteAddr = nil, address
				return r
			}
			for range burst {
				b.expect(from(b.failing(""), "[2001:db8::1]:1"), 403, "crypto_mismatch")
			}
			r := from(b.request(signature.Reference, testBody), "[2001:db8::2]:2") // the same network
			r.Body = untouched{t}
			b.expect(r, 429, "rate_limited")
			b.expect(from(b.request(signature.JCS1, testBody), "[2001:db8:0:1::1]:1"), 200, "")
			// The owner's own share is charged once its signature is verified,
			// wherever it comes from.
			for _, address := range []string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"} {
				b.expect(from(b.request(signature.JCS1, testBody), address), 200, "")
			}
			served := b.ran["replay"]
			b.expect(from(b.request(signature.JCS1, testBody), "192.0.2.4:1"), 429, "rate_limited")
			if b.ran["replay"] != served {
				t.Error("who is over its limit fills the replay memory")
			}
		})
	}
}

// Whoever got hold of a whole request, and sends it again from elsewhere, pays for
// that at its own address; the signer is served.
func TestCopiesOfARequestStarveNobody(t *testing.T) {
	for name, configure := range uncertified() {
		t.Run(name, func(t *testing.T) {
			const burst = 4
			b := newBench(t, configure, func(c *gate.Config) {
				c.Limits = gate.Limits{Rate: 0.001, Burst: burst}
				c.Replay = replay.NewMemory(c.Now, 0, 1_000_000)
			})
			from := func(r *http.Request, address string) *http.Request {
				r.TLS, r.RemoteAddr = nil, address
				return r
			}
			captured := from(b.request(signature.JCS1, testBody), "192.0.2.1:1")
			copied := captured.Header.Clone()
			b.expect(captured, 200, "")
			again := func(address string) *http.Request {
				r := from(b.request(signature.JCS1, testBody), address)
				r.Header = copied.Clone()
				return r
			}
			for range burst {
				b.expect(again("198.51.100.9:1"), 409, "replayed")
				if e := b.events[len(b.events)-1]; e.Gate != "replay" {
					t.Errorf("refused by %q", e.Gate)
				}
			}
			r := again("198.51.100.9:2")
			r.Body = untouched{t}
			b.expect(r, 429, "rate_limited")
			for range burst - 1 {
				b.expect(from(b.request(signature.JCS1, testBody), "192.0.2.1:1"), 200, "")
			}
			b.expect(from(b.request(signature.JCS1, testBody), "192.0.2.2:1"), 429, "rate_limited")
			b.expect(again("203.0.113.1:1"), 409, "replayed") // it needs nothing of the signer's
		})
	}
}

// The requests of one DID in progress hold so many bytes of bodies and no more.
func TestHostile166BodiesOfOneDIDAreBounded(t *testing.T) {
	const length = 64 << 10
	long := strings.Replace(testBody, "1}", `"`+strings.Repeat("x", length-len(testBody)-1)+`"}`, 1)
	for name, configure := range map[string]func(*gate.Config){
		"certified": func(*gate.Config) {}, "by token": func(c *gate.Config) { c.Mode = gate.ModeOff },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, configure, func(c *gate.Config) {
				c.Limits = gate.Limits{BodyBytes: length, BodyBytesHeld: 2 * length}
			})
			running, release := make(chan struct{}), make(chan struct{})
			b.handler = func(http.ResponseWriter, *http.Request) {
				running <- struct{}{}
				<-release
			}
			done := make(chan struct{})
			for range 2 {
				r := b.request(signature.JCS1, long)
				go func() {
					b.chain.ServeHTTP(httptest.NewRecorder(), r)
					done <- struct{}{}
				}()
				<-running
			}
			b.expect(b.request(signature.JCS1, testBody), 429, "rate_limited")
			close(release)
			<-done
			<-done
			b.handler = nil
			b.expect(b.request(signature.JCS1, long), 200, "")
		})
	}
}

// Two subjects of one client are two callers: neither uses up the other's share.
func TestHostile181SubjectsHaveTheirOwnLimits(t *testing.T) {
	b := newBench(t, func(c *gate.Config) {
		c.Mode, c.TokenOnly = gate.ModeOff, true
		c.Limits = gate.Limits{Rate: 0.001, Burst: 1}
	})
	b.claims.DID, b.claims.ClientID = "", "client"
	for _, step := range []struct {
		subject string
		status  int
		reason  string
	}{{"ann", 200, ""}, {"ann", 429, "rate_limited"}, {"bob", 200, ""}} {
		b.claims.Subject = step.subject
		b.expect(b.request(signature.Reference, testBody), step.status, step.reason)
		if last := b.events[len(b.events)-1]; !strings.HasSuffix(last.DID, ":client:"+step.subject) {
			t.Errorf("recorded as %q", last.DID)
		}
	}
}

// Without a DID it takes issuer and client to have a name, and who has none is
// neither charged nor admitted, nor is an administrator.
func TestATokenThatNamesNobodyIsRefused(t *testing.T) {
	for name, claims := range map[string]oauth.Claims{
		"no client": {Issuer: testIssuer, Subject: "ann"}, "no issuer": {ClientID: "client", Subject: "ann"}, "neither": {},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { c.Mode, c.TokenOnly = gate.ModeOff, true })
			claims.Scopes, claims.ExpiresAt = []string{"agent:write", identity.PermissionAdmin}, testNow.Add(time.Hour)
			b.claims = claims
			b.expect(b.request(signature.Reference, testBody), 401, "token_claim")
			if e := b.events[len(b.events)-1]; e.DID != "" || e.Cause == nil {
				t.Errorf("recorded %+v", e)
			}
			checkStages(t, b, "token")
			if c := (identity.Caller{Claims: claims}); !gate.CapAdmin(&c, []string{""}) || c.HasScope(identity.PermissionAdmin) {
				t.Error("nobody is an administrator")
			}
		})
	}
}
