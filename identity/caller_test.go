package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

func TestCallerTravelsInTheContext(t *testing.T) {
	name, err := did.Parse("did:bindu:a:b:c")
	if err != nil {
		t.Fatal(err)
	}
	ctx := identity.NewContext(context.Background(), identity.Caller{DID: name})
	got, ok := identity.CallerFromContext(ctx)
	if !ok || got.DID != name {
		t.Fatalf("got %v, %v", got.DID, ok)
	}
}

func TestNoCallerInABareContext(t *testing.T) {
	if got, ok := identity.CallerFromContext(context.Background()); ok || !got.DID.IsZero() {
		t.Fatalf("got %v, %v", got, ok)
	}
}

func TestHostile036ScopesAreComparedExactly(t *testing.T) {
	c := identity.Caller{Claims: oauth.Claims{Scopes: []string{"agent:write", "agent:*"}}}
	for permission, want := range map[string]bool{
		"agent:write": true, "agent:*": true,
		"agent:writer": false, "agent:writ": false, "agent:read": false, "agent:admin": false, "Agent:write": false, "": false,
	} {
		if got := c.HasScope(permission); got != want {
			t.Errorf("%q: got %v", permission, got)
		}
	}
}

func TestExpiryIsTheFirstProofToEnd(t *testing.T) {
	early, late := time.Unix(100, 0), time.Unix(200, 0)
	tests := map[string]struct{ token, cert, want time.Time }{
		"token first":       {early, late, early},
		"certificate first": {late, early, early},
		"no token":          {time.Time{}, late, late},
		"no certificate":    {late, time.Time{}, late},
		"neither":           {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := identity.Caller{CertificateNotAfter: tt.cert, Claims: oauth.Claims{ExpiresAt: tt.token}}
			if got := c.Expiry(); !got.Equal(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
		})
	}
}
