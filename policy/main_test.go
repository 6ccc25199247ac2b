package policy_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) // a Monday

const poetDID = "did:bindu:you_at_example_com:poet:9f3c0000-0000-4000-8000-000000000001"

func poet(t testing.TB) identity.Caller {
	t.Helper()
	d, err := did.Parse(poetDID)
	if err != nil {
		t.Fatal(err)
	}
	return identity.Caller{
		DID: d, KeyBound: true, Scheme: signature.JCS1,
		Claims: oauth.Claims{
			Issuer: "https://issuer.example/", ClientID: "poet", Subject: "poet@clients",
			Audience: []string{"https://agent.example"}, Scopes: []string{"agent:read", "agent:write"},
			Extra: map[string]any{"org": "acme", "level": float64(3), "groups": []any{"a", "b"}, "nested": map[string]any{"x": true}},
		},
		CertificateSerial: "0a1b", CertificateNotAfter: noon.Add(24 * time.Hour),
	}
}

func request() policy.Request {
	return policy.Request{Method: "SendMessage", Skill: "poetry", Size: 1200, Time: noon}
}

func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return p
}
