package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// oauthClient is an agent's client at Hydra, for many tokens at once: its
// methods may be called from any goroutine.
type oauthClient struct {
	t      *testing.T
	http   *http.Client
	public string
	as     url.Values
}

func (s *stack) oauthClient(r *running) *oauthClient {
	s.t.Helper()
	c := r.credentials(r.DID())
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &oauthClient{
		t: s.t, http: &http.Client{Transport: transport, Timeout: patience}, public: s.auth.HydraPublic,
		as: url.Values{"client_id": {c.ClientID}, "client_secret": {c.ClientSecret}},
	}
}

// mint returns a new token; each request for one gives another.
func (c *oauthClient) mint() string {
	var answer struct {
		Token string `json:"access_token"`
	}
	c.post("/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"agent:read agent:write"}}, &answer)
	if answer.Token == "" {
		c.t.Error("Hydra gives no token")
	}
	return answer.Token
}

func (c *oauthClient) revoke(token string) {
	c.post("/oauth2/revoke", url.Values{"token": {token}}, nil)
}

func (c *oauthClient) post(path string, form url.Values, into any) {
	for name, value := range c.as {
		form[name] = value
	}
	resp, err := c.http.PostForm(c.public+path, form)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		c.t.Errorf("%s: %s", path, resp.Status)
		return
	}
	if into == nil {
		return
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		c.t.Errorf("%s: %v", path, err)
	}
}
