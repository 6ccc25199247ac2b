package registrar_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// TestTheReferenceAtTheRealHydra makes the calls of the reference over HTTP, as its client
// sends them, where it finds Hydra's admin API otherwise.
func TestTheReferenceAtTheRealHydra(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the real Hydra")
	}
	authority := authoritytest.Start(t, authoritytest.Options{})
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	atAuthority := newAuthority(t, authority.HydraAdmin, client)
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Clients, c.Introspector = registrar.ModeToken, atAuthority, atAuthority
	})
	server := httptest.NewServer(f.Reference())
	t.Cleanup(server.Close)
	a := f.refer("poet")
	adminURL := server.URL + registrar.PathReference + a.token
	call := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, adminURL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(data)
	}
	wants := func(what string, status, want int, body string) {
		t.Helper()
		if status != want {
			t.Fatalf("%s: %d %s", what, status, body)
		}
	}
	own, first, second := "/admin/clients/"+url.QueryEscape(a.DID.String()), registrartest.SecretOf("1"), registrartest.SecretOf("2")
	status, body := call("GET", own, "")
	wants("nobody yet", status, 404, body)
	status, body = call("POST", "/admin/clients", text(a.document(first)))
	wants("create", status, 201, body)
	status, body = call("GET", own, "")
	wants("read", status, 200, body)
	var has map[string]any
	if err := json.Unmarshal([]byte(body), &has); err != nil {
		t.Fatal(err)
	}
	has["client_secret"] = first // it reads, changes, and writes all of it
	status, body = call("PUT", own, text(has))
	wants("update", status, 200, body)
	status, body = token(t, authority.HydraPublic, client, a.DID, first, "openid", "step-ca")
	wants("a token for step-ca", status, 200, body)
	if status, _ := token(t, authority.HydraPublic, client, a.DID, first, "agent:admin"); status == 200 {
		t.Error("it got the scope that it asked for")
	}
	status, body = token(t, authority.HydraPublic, client, a.DID, first, "agent:read")
	wants("a token", status, 200, body)
	var issued struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &issued); err != nil {
		t.Fatal(err)
	}
	status, body = call("POST", "/admin/oauth2/introspect", url.Values{"token": {issued.Token}, "scope": {""}}.Encode())
	if status != 200 || !strings.Contains(body, `"active":true`) || !strings.Contains(body, `"sub":"`+a.DID.String()) || !strings.Contains(body, `"exp":`) {
		t.Errorf("introspect: %d %s", status, body)
	}
	status, body = call("DELETE", own, "")
	wants("delete", status, 204, body)
	if status, _ := token(t, authority.HydraPublic, client, a.DID, first, "agent:read"); status != 401 {
		t.Error("a client that was deleted gets a token")
	}
	status, body = call("POST", "/admin/clients", text(a.document(second)))
	wants("create again", status, 201, body)
	status, body = token(t, authority.HydraPublic, client, a.DID, second, "openid offline agent:read agent:write") // as the reference asks for it
	wants("a token again", status, 200, body)
}

// TestImportFromTheRealHydra reads more clients than one answer has, registered as agents
// do it without a registrar, beside some that are none.
func TestImportFromTheRealHydra(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the real Hydra")
	}
	const agents = 120
	authority := authoritytest.Start(t, authoritytest.Options{})
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	atAuthority := newAuthority(t, authority.HydraAdmin, client)
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Clients, c.Introspector = registrar.ModeToken, atAuthority, atAuthority
	})
	var poets []registrartest.Agent
	for n := range agents {
		a := registrartest.NewAgent(t, fmt.Sprintf("poet %d", n))
		document := (referred{f, a, ""}).document(registrartest.SecretOf("1"))
		delete(document, "audience")
		document["audience"] = []string{"step-ca"}
		if err := f.Config.Clients.Put(t.Context(), a.DID, []byte(text(document))); err != nil {
			t.Fatal(err)
		}
		poets = append(poets, a)
	}
	other, err := did.Parse("did:web:nobody.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Config.Clients.Put(t.Context(), other, []byte(`{"client_id":"`+other.String()+`","client_secret":"secret of others"}`)); err != nil {
		t.Fatal(err)
	}
	found := f.prospects()
	if len(found) != agents {
		t.Fatalf("%d were found", len(found))
	}
	for _, p := range found {
		if _, err := f.Import(t.Context(), p.DID, registrar.Fingerprint(p.Key)); err != nil {
			t.Fatal(err)
		}
	}
	moved, stays := poets[0], poets[1]
	if got := f.accept(moved, moved.Body(registrartest.SecretOf("2"))); got.Status != 200 || got.Foreign {
		t.Error(got)
	}
	if status, body := token(t, authority.HydraPublic, client, stays.DID, registrartest.SecretOf("1"), "openid agent:read"); status != 200 {
		t.Errorf("who has not moved gets no token: %d %s", status, body)
	}
	if status, _ := token(t, authority.HydraPublic, client, moved.DID, registrartest.SecretOf("2"), "openid"); status == 200 {
		t.Error("who has moved keeps its scopes")
	}
	for _, p := range f.prospects() {
		if p.Standing != registrar.StandingBound {
			t.Errorf("%+v", p)
		}
	}
}
