package oidctest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// serveTokens grants client credentials (RFC 6749 section 4.4).
func (i *Issuer) serveTokens(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		writeJSON(i.t, w, status, map[string]any{"error": code, "error_description": "text that must not be repeated"})
	}
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		refuse(http.StatusBadRequest, "invalid_request")
		return
	}
	client := i.authenticate(r)
	if client == nil {
		refuse(http.StatusUnauthorized, "invalid_client")
		return
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		refuse(http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	audience := r.PostForm.Get("audience")
	if len(client.Audiences) > 0 && !slices.Contains(client.Audiences, audience) {
		refuse(http.StatusForbidden, "access_denied")
		return
	}
	lifetime := client.Lifetime
	if lifetime == 0 {
		lifetime = time.Hour
	}
	answer := map[string]any{"access_token": i.Mint(i.claimsOf(client, r.PostForm, lifetime)), "token_type": "Bearer"}
	if lifetime > 0 {
		answer["expires_in"] = int(lifetime.Seconds())
	}
	writeJSON(i.t, w, http.StatusOK, answer)
}

func (i *Issuer) authenticate(r *http.Request) *Client {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		// A field that is not form-encoded stays as it is and matches nothing.
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if c := i.clients[id]; c != nil && c.Secret == secret {
		return c
	}
	return nil
}

func (i *Issuer) claimsOf(c *Client, form url.Values, lifetime time.Duration) map[string]any {
	now := time.Now()
	claims := map[string]any{
		"iss": i.URL, "sub": c.ID + "@clients", "azp": c.ID, "gty": "client-credentials",
		"iat": now.Unix(), "exp": now.Add(max(lifetime, time.Minute)).Unix(),
	}
	for parameter, claim := range map[string]string{"audience": "aud", "resource": "aud", "scope": "scope"} {
		if v := form.Get(parameter); v != "" {
			claims[claim] = v
		}
	}
	maps.Copy(claims, c.Claims)
	return claims
}
