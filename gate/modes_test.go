package gate_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

func TestModes(t *testing.T) {
	off := func(c *gate.Config) { c.Mode = gate.ModeOff }
	mtls := func(c *gate.Config) { c.Mode = gate.ModeMTLS; c.Tokenless = []string{"agent:write"} }
	uncertified := func(c *gate.Config) { c.AllowUncertified = true }
	permissive := func(c *gate.Config) { c.TokenMode = gate.TokenPermissive; c.Tokenless = []string{"agent:write"} }
	noToken := func(_ *bench, r *http.Request) { r.Header.Del("Authorization") }
	badToken := func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer bad-token") }
	noCert := func(_ *bench, r *http.Request) { r.TLS = nil }
	tests := []struct {
		name      string
		configure func(*gate.Config)
		change    func(*bench, *http.Request)
		reason    string
	}{
		{"off needs no certificate", off, noCert, ""},
		{"off needs a token", off, noToken, "auth_missing"},
		{"mtls needs no token", mtls, noToken, ""},
		{"mtls refuses a bad token", mtls, badToken, "token_inactive"},
		{"mtls needs a certificate", mtls, noCert, "client_cert_required"},
		{"uncertified callers where allowed", uncertified, noCert, ""},
		{"permissive ignores a bad token", permissive, badToken, ""},
		{"permissive still needs a certificate", permissive, noCert, "client_cert_required"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.configure)
			r := b.request(signature.Reference, testBody)
			tt.change(b, r)
			w, got := b.do(r)
			if got.Error.Data.Reason != tt.reason || (tt.reason == "") != (w.Code == 200) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if w.Code == 200 && b.got.DID != b.caller {
				t.Errorf("caller %v", b.got.DID)
			}
		})
	}
}

func TestConfigurationsThatLeaveADoorOpenAreRefused(t *testing.T) {
	tests := map[string]func(*gate.Config){
		"optional token without certificate":   func(c *gate.Config) { c.Mode = gate.ModeOff; c.TokenMode = gate.TokenOptional },
		"optional token, certificate optional": func(c *gate.Config) { c.AllowUncertified = true; c.TokenMode = gate.TokenPermissive },
		"token-only callers with certificates": func(c *gate.Config) { c.TokenOnly = true },
		"no token verifier":                    func(c *gate.Config) { c.Tokens = nil },
		"no key resolver":                      func(c *gate.Config) { c.Keys = nil },
		"no replay store":                      func(c *gate.Config) { c.Replay = nil },
		"no issuer":                            func(c *gate.Config) { c.Issuer = "" },
		"no own name":                          func(c *gate.Config) { c.Self = did.DID{} },
		"unknown mode":                         func(c *gate.Config) { c.Mode = "none" },
		"a path both public and protected":     func(c *gate.Config) { c.Public["/"] = gate.Route{} },
		"uncertified in mtls mode":             func(c *gate.Config) { c.Mode = gate.ModeMTLS; c.AllowUncertified = true },
		"unknown token mode":                   func(c *gate.Config) { c.TokenMode = "maybe" },
		"no recorder":                          func(c *gate.Config) { c.Recorder = nil },
		"no mode":                              func(c *gate.Config) { c.Mode = "" },
		"no token mode":                        func(c *gate.Config) { c.TokenMode = "" },
		"no window":                            func(c *gate.Config) { c.Window = 0 },
		"no limit of targets":                  func(c *gate.Config) { c.Limits.TargetBytes = 0 },
		"no limit of bodies":                   func(c *gate.Config) { c.Limits.BodyBytes = 0 },
		"no time for bodies":                   func(c *gate.Config) { c.Limits.BodyTime = 0 },
		"no limit of tokens":                   func(c *gate.Config) { c.Limits.TokenBytes = 0 },
		"no limit of DIDs":                     func(c *gate.Config) { c.Limits.DIDBytes = 0 },
		"no limit of nesting":                  func(c *gate.Config) { c.Limits.JSONDepth = 0 },
		"no limit of requests":                 func(c *gate.Config) { c.Limits.InFlight = 0 },
		"no room for a body":                   func(c *gate.Config) { c.Limits.BodyBytesHeld = c.Limits.BodyBytes - 1 },
		"no rate":                              func(c *gate.Config) { c.Limits.Rate = 0 },
		"no burst":                             func(c *gate.Config) { c.Limits.Burst = 0 },
		"nothing to protect":                   func(c *gate.Config) { c.Protected = nil },
		"no permissions":                       func(c *gate.Config) { c.Permissions = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			b := &bench{t: t, ran: map[string]int{}}
			cfg := gate.Config{
				Self: mustDID(t, "did:bindu:ops:server:1"), Issuer: testIssuer, Tokens: b, Keys: b, Recorder: b,
				Replay:    replay.NewMemory(time.Now, 0, 1_000_000),
				Public:    map[string]gate.Route{},
				Protected: map[string]gate.Route{"/": {Methods: []string{"POST"}, Handler: b, Unbound: true}},

				Permissions: testPermissions(),
			}
			cfg = gate.Whole(cfg)
			if _, err := gate.New(cfg); err != nil {
				t.Fatalf("the unchanged configuration: %v", err)
			}
			change(&cfg)
			if _, err := gate.New(cfg); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

func TestAgree(t *testing.T) {
	a, b := mustDID(t, "did:x:a"), mustDID(t, "did:x:b")
	upper := mustDID(t, "did:x:A")
	none := did.DID{}
	tests := []struct {
		name                string
		cert, token, header did.DID
		want                did.DID
		reason              gate.Reason
	}{
		{"all three agree", a, a, a, a, ""},
		{"token differs", a, b, a, none, gate.IdentityMismatch},
		{"certificate differs", b, a, a, none, gate.IdentityMismatch},
		{"header differs", a, a, b, none, gate.DIDMismatch},
		{"all differ", a, b, upper, none, gate.IdentityMismatch},
		{"case is not ignored", a, a, upper, none, gate.DIDMismatch},
		{"no certificate, agree", none, a, a, a, ""},
		{"no certificate, differ", none, a, b, none, gate.DIDMismatch},
		{"no token, agree", a, none, a, a, ""},
		{"no token, differ", a, none, b, none, gate.IdentityMismatch},
		{"header alone proves nothing", none, none, a, none, gate.IdentityMismatch},
		{"no header", a, a, none, none, gate.MissingSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, reason := gate.Agree(gate.Names{Certificate: tt.cert, Token: tt.token, Header: tt.header})
			if got != tt.want || reason != tt.reason {
				t.Fatalf("got %q %q, want %q %q", got, reason, tt.want, tt.reason)
			}
		})
	}
}
