package gate_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// Whoever writes a client's scopes decides what its tokens grant; who may hold
// the permission over others' tasks is decided here.
func TestAdminIsWhomTheOperatorLists(t *testing.T) {
	granted := []string{"agent:read", "agent:write", "agent:admin"}
	for name, c := range map[string]struct {
		admins []string
		stays  bool
	}{
		"nobody by default":     {nil, false},
		"listed":                {[]string{"did:bindu:ops:other:3", "did:bindu:ops:caller:2"}, true},
		"another":               {[]string{"did:bindu:ops:other:3"}, false},
		"a part of the name":    {[]string{"did:bindu:ops:caller", "did:bindu:ops:caller:22"}, false},
		"in capitals":           {[]string{"DID:BINDU:OPS:CALLER:2"}, false},
		"its client, by issuer": {[]string{identity.Caller{Claims: oauth.Claims{Issuer: testIssuer, ClientID: "did:bindu:ops:caller:2"}}.Name()}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(cfg *gate.Config) { cfg.Admins = c.admins })
			b.claims.Scopes = slices.Clone(granted)
			if w, _ := b.do(b.request(signature.JCS1, testBody)); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if got := b.got.HasScope(identity.PermissionAdmin); got != c.stays || !b.got.HasScope("agent:write") {
				t.Errorf("permissions %v, admin wanted: %t", b.got.Claims.Scopes, c.stays)
			}
			if recorded := adminWarnings(b, b.caller.String()); (recorded == 1) == c.stays {
				t.Errorf("recorded %d times, stays: %t", recorded, c.stays)
			}
			if !slices.Equal(b.claims.Scopes, granted) {
				t.Errorf("the verifier's own claims became %v", b.claims.Scopes)
			}
		})
	}
}

func adminWarnings(b *bench, name string) int {
	n := 0
	for _, e := range b.events {
		if e.Decision == audit.Warned && e.Gate == "scope" && e.Reason == "admin_not_listed" && e.DID == name {
			n++
		}
	}
	return n
}

// Callers without a DID are listed by the name that owns their tasks; and what
// the settings give callers without a token is no way around the list.
func TestAdminWithoutADIDOrWithoutAToken(t *testing.T) {
	client := identity.Caller{Claims: oauth.Claims{Issuer: testIssuer, ClientID: "poet", Subject: "s"}}.Name()
	for _, listed := range []bool{true, false} {
		b := newBench(t, func(cfg *gate.Config) {
			cfg.Mode, cfg.TokenOnly, cfg.Keys, cfg.Replay = gate.ModeOff, true, nil, nil
			if cfg.Admins = []string{"poet"}; listed {
				cfg.Admins = []string{client}
			}
		})
		b.claims.DID, b.claims.ClientID, b.claims.Subject, b.claims.Scopes = "", "poet", "s", []string{"agent:write", "agent:admin"}
		w, _ := b.do(b.request(signature.Reference, testBody))
		if w.Code != http.StatusOK || b.got.HasScope(identity.PermissionAdmin) != listed || (adminWarnings(b, client) == 1) == listed {
			t.Errorf("listed %t: %d, permissions %v, %d recorded", listed, w.Code, b.got.Claims.Scopes, adminWarnings(b, client))
		}
	}
	b := newBench(t, func(cfg *gate.Config) {
		cfg.Mode, cfg.Tokenless = gate.ModeMTLS, []string{"agent:write", "agent:admin"}
	})
	r := b.request(signature.Reference, testBody)
	r.Header.Del("Authorization")
	if w, _ := b.do(r); w.Code != http.StatusOK || b.got.HasScope(identity.PermissionAdmin) {
		t.Errorf("without a token: %d, permissions %v", w.Code, b.got.Claims.Scopes)
	}
}
