package registrar_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// hydraClients is Hydra's admin API as far as these tests need it.
type hydraClients struct {
	admin  string
	client *http.Client
}

var _ registrar.Clients = hydraClients{}

func (h hydraClients) do(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.admin+"/admin/"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

func (h hydraClients) Get(ctx context.Context, d did.DID) ([]byte, error) {
	status, body, err := h.do(ctx, "GET", "clients/"+d.String(), nil)
	switch {
	case err != nil:
		return nil, err
	case status == 404:
		return nil, registrar.ErrNoClient
	case status != 200:
		return nil, fmt.Errorf("Hydra answers %d", status)
	}
	return body, nil
}

func (h hydraClients) Put(ctx context.Context, d did.DID, document []byte) error {
	status, _, err := h.do(ctx, "PUT", "clients/"+d.String(), document)
	if err == nil && status == 404 {
		status, _, err = h.do(ctx, "POST", "clients", document)
	}
	switch {
	case err != nil:
		return err
	case status == 400:
		return registrar.ErrRefused
	case status != 200 && status != 201:
		return fmt.Errorf("Hydra answers %d", status)
	}
	return nil
}

func (h hydraClients) Delete(ctx context.Context, d did.DID) error {
	return h.gone(h.do(ctx, "DELETE", "clients/"+d.String(), nil))
}

func (h hydraClients) RevokeTokens(ctx context.Context, d did.DID) error {
	return h.gone(h.do(ctx, "DELETE", "oauth2/tokens?client_id="+url.QueryEscape(d.String()), nil))
}

func (hydraClients) gone(status int, _ []byte, err error) error {
	if err == nil && status != 204 && status != 404 {
		err = fmt.Errorf("Hydra answers %d", status)
	}
	return err
}

// token asks for an access token as an agent does, and returns status and answer.
func token(t *testing.T, public string, client *http.Client, d did.DID, secret, scope string) (int, string) {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {secret}, "scope": {scope}, "audience": {"step-ca"},
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", public+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestTheDocumentAtTheFakeHydra(t *testing.T) {
	t.Parallel()
	h := hydratest.Start(t, hydratest.Options{})
	client := h.Client()
	t.Cleanup(client.CloseIdleConnections)
	atHydra(t, h.AdminURL, h.PublicURL, client, false)
}

func TestTheDocumentAtTheRealHydra(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the real Hydra")
	}
	authority := authoritytest.Start(t, authoritytest.Options{})
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	atHydra(t, authority.HydraAdmin, authority.HydraPublic, client, true)
}

// atHydra shows that Hydra keeps the document as it is written, that the client can do
// what it should and no more, and that it is gone when it is revoked.
func atHydra(t *testing.T, admin, public string, client *http.Client, lifetimes bool) {
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Clients = registrar.ModeOpen, hydraClients{admin, client}
	})
	agent, first, second := registrartest.NewAgent(t, "alice"), registrartest.SecretOf("1"), registrartest.SecretOf("2")
	if got := f.accept(agent, agent.Body(first)); got.Status != 201 {
		t.Fatal(got)
	}
	if got := f.accept(agent, agent.Body(second)); got.Status != 200 || got.Foreign || len(got.Drift) > 0 {
		t.Errorf("Hydra does not keep what is written: %s", got)
	}
	if status, body := token(t, public, client, agent.DID, first, "agent:read"); status != 401 {
		t.Errorf("the old secret gets %d %s", status, body)
	}
	status, body := token(t, public, client, agent.DID, second, "agent:read agent:write")
	var issued struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &issued); err != nil || status != 200 || strings.Count(issued.Token, ".") != 2 {
		t.Errorf("%d %s", status, body)
	}
	if lifetimes && (issued.Expires > 300 || issued.Expires < 290) {
		t.Errorf("the token lives for %d s", issued.Expires)
	}
	for _, scope := range []string{"agent:admin", "openid", "offline_access"} {
		if status, body := token(t, public, client, agent.DID, second, scope); status == 200 {
			t.Errorf("a token of scope %s: %s", scope, body)
		}
	}
	if done := f.revoke(agent.DID); !done.Removed {
		t.Errorf("%+v", done)
	}
	if _, err := f.Config.Clients.Get(t.Context(), agent.DID); !errors.Is(err, registrar.ErrNoClient) {
		t.Errorf("after the revocation: %v", err)
	}
	if status, body := token(t, public, client, agent.DID, second, "agent:read"); status != 401 {
		t.Errorf("after the revocation: %d %s", status, body)
	}
}
