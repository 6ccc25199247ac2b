package configs

import "testing"

// The provider decides which error numbers callers without an A2A-Version get,
// unless the operator does.
func TestErrorCodesFollowTheProvider(t *testing.T) {
	auth0 := []string{"AUTH__PROVIDER=auth0", "AUTH__DOMAIN=acme.eu.auth0.com", "AUTH__AUDIENCE=https://a.example"}
	for name, tt := range map[string]struct {
		set  []string
		want bool
	}{
		"hydra":             {nil, false},
		"hydra, auth0":      {[]string{"AUTH__ERROR_CODES=auth0"}, true},
		"auth0":             {auth0, true},
		"auth0, own":        {append([]string{"AUTH__ERROR_CODES=own"}, auth0...), false},
		"auth0, said again": {append([]string{"AUTH__ERROR_CODES=auto"}, auth0...), true},
		"oidc":              {[]string{"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://a.example", "AUTH__AUDIENCE=x"}, false},
	} {
		if got := Gates(mustLoad(t, tt.set...)).Auth0Numbers; got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
}
