package identity_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

// No two callers have one name, however their claims are cut, and who has none is
// nobody.
func TestHostile181NamesAreUnambiguous(t *testing.T) {
	parts := []string{"", "a", "b", ":", " ", "%3A", "a:b", "a b", "oauth:a", "did:a:b", "ä"}
	seen := make(map[string]oauth.Claims)
	for _, issuer := range parts {
		for _, client := range parts {
			for _, subject := range parts {
				claims := oauth.Claims{Issuer: issuer, ClientID: client, Subject: subject}
				name := identity.Caller{Claims: claims}.Name()
				if named := issuer != "" && client != ""; (name != "") != named {
					t.Errorf("%+v is called %q", claims, name)
				}
				if name == "" {
					continue
				}
				if other, ok := seen[name]; ok {
					t.Errorf("%q names %+v and %+v", name, other, claims)
				}
				seen[name] = claims
				if _, err := did.Parse(name); err == nil {
					t.Errorf("%q is a DID", name)
				}
				if !identity.IsTokenName(name) {
					t.Errorf("%q is not taken for a name", name)
				}
			}
		}
	}
}

// Tasks are kept under these names: their form must not change.
func TestNamesStayWhatTheyAre(t *testing.T) {
	d, err := did.Parse("did:bindu:ops:caller:2")
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]identity.Caller{
		"oauth:https%3A%2F%2Fissuer.example%2F:client:sub+ject": {Claims: oauth.Claims{Issuer: "https://issuer.example/", ClientID: "client", Subject: "sub ject"}},
		"oauth:a%3Ab:c%3Ad:e%25f":                               {Claims: oauth.Claims{Issuer: "a:b", ClientID: "c:d", Subject: "e%f"}},
		"oauth:a:b:":                                            {Claims: oauth.Claims{Issuer: "a", ClientID: "b"}},
		"did:bindu:ops:caller:2":                                {DID: d, Claims: oauth.Claims{Issuer: "a", ClientID: "b", Subject: "c"}},
		"":                                                      {},
	} {
		t.Run(want, func(t *testing.T) {
			if name := c.Name(); name != want {
				t.Errorf("%q, want %q", name, want)
			}
		})
	}
}

func TestWhatIsNoNameOfATokenOnlyCaller(t *testing.T) {
	for _, text := range []string{
		"", "oauth", "oauth:", "oauth:a", "oauth:a:b", "oauth::b:c", "oauth:a::c", "oauth:a:b:c:d", "oauth:a%:b:c",
		"oauth:a%3a:b:c", "oauth:a%41:b:c", "oauth:a b:c:d", "OAUTH:a:b:c", "did:a:b", " oauth:a:b:c", "poet",
	} {
		if identity.IsTokenName(text) {
			t.Errorf("%q is taken for a name", text)
		}
	}
}
