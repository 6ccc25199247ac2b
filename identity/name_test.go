package identity_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

// No two callers have one name, however their claims are cut.
func TestHostile181NamesAreUnambiguous(t *testing.T) {
	parts := []string{"", "a", "b", ":", " ", "%3A", "a:b", "a b", "oauth:a", "did:a:b", "ä"}
	seen := make(map[string]oauth.Claims)
	for _, issuer := range parts {
		for _, client := range parts {
			for _, subject := range parts {
				claims := oauth.Claims{Issuer: issuer, ClientID: client, Subject: subject}
				name := identity.Caller{Claims: claims}.Name()
				if other, ok := seen[name]; ok {
					t.Errorf("%q names %+v and %+v", name, other, claims)
				}
				seen[name] = claims
				if _, err := did.Parse(name); err == nil {
					t.Errorf("%q is a DID", name)
				}
			}
		}
	}
}

// Tasks are kept under these names: their form must not change.
func TestNamesStayWhatTheyAre(t *testing.T) {
	for want, claims := range map[string]oauth.Claims{
		"oauth:https%3A%2F%2Fissuer.example%2F:client:sub+ject": {Issuer: "https://issuer.example/", ClientID: "client", Subject: "sub ject"},
		"oauth:a%3Ab:c%3Ad:e%25f":                               {Issuer: "a:b", ClientID: "c:d", Subject: "e%f"},
		"oauth:::":                                              {},
	} {
		t.Run(want, func(t *testing.T) {
			if name := (identity.Caller{Claims: claims}).Name(); name != want {
				t.Errorf("%q, want %q", name, want)
			}
		})
	}
}
