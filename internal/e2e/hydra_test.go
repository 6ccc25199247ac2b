package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// admin calls Hydra's admin API as an operator would.
func (s *stack) admin(method, path string, body any) map[string]any {
	s.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.auth.HydraAdmin+path, bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, answer, err)
	}
	if len(answer) == 0 {
		return nil
	}
	var parsed map[string]any
	if err := json.Unmarshal(answer, &parsed); err != nil {
		s.t.Fatal(err)
	}
	return parsed
}

func clientPath(d did.DID) string { return "/admin/clients/" + url.PathEscape(d.String()) }

func (s *stack) revoke(r *running, token string) {
	s.t.Helper()
	c := r.credentials(r.DID())
	form := url.Values{"token": {token}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	resp, err := http.PostForm(s.auth.HydraPublic+"/oauth2/revoke", form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("revoke: %s", resp.Status)
	}
}

// talks fails the test unless from can send a message to to.
func talks(t *testing.T, from, to *running) {
	t.Helper()
	p, config := honest(t, from, to, signature.JCS1)
	expect(t, sign(t, p, to), config, "")
}

func TestEndToEndReconciliation(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	fixed := map[string]string{"AGENT__URL": "https://poet.example.com:3773"}
	witness := s.start("witness", nil)
	first := s.start("poet", fixed)
	name, secret := first.DID(), first.credentials(first.DID()).ClientSecret
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}

	drifts := map[string]func(doc map[string]any){
		"audience drift":       func(doc map[string]any) { doc["audience"] = []string{"kept-by-us"} },
		"metadata drift":       func(doc map[string]any) { doc["metadata"].(map[string]any)["agent_url"] = "https://old.example.com" },
		"public key lost":      func(doc map[string]any) { delete(doc["metadata"].(map[string]any), "public_key") },
		"strategy drift":       func(doc map[string]any) { doc["access_token_strategy"] = "opaque" },
		"auth method drift":    func(doc map[string]any) { doc["token_endpoint_auth_method"] = "client_secret_basic" },
		"scope and grant lost": func(doc map[string]any) { doc["scope"] = "openid"; doc["grant_types"] = []string{"authorization_code"} },
	}
	for what, spoil := range drifts {
		t.Run(what, func(t *testing.T) {
			doc := s.admin("GET", clientPath(name), nil)
			spoil(doc)
			doc["client_secret"] = secret
			s.admin("PUT", clientPath(name), doc)
			again := s.start("poet", fixed)
			defer again.stop()
			if !again.log.has("action=repaired") {
				t.Errorf("nothing was repaired: %s", again.log)
			}
			if again.credentials(name).ClientSecret != secret {
				t.Error("the secret changed")
			}
			talks(t, again, witness)
			if got := s.admin("GET", clientPath(name), nil); what == "audience drift" && !strings.Contains(mustJSON(t, got["audience"]), "kept-by-us") {
				t.Errorf("an audience that others added is gone: %v", got["audience"])
			}
		})
	}

	t.Run("149_secret lost while our key is registered", func(t *testing.T) {
		if err := os.Remove(filepath.Join(first.dir, hydra.CredentialsFile)); err != nil {
			t.Fatal(err)
		}
		again := s.start("poet", fixed)
		defer again.stop()
		if again.DID() != name || again.credentials(name).ClientSecret == secret {
			t.Errorf("DID %s, or the lost secret came back", again.DID())
		}
		talks(t, again, witness)
	})

	t.Run("149_did_taken by another key", func(t *testing.T) {
		s.admin("POST", "/admin/clients", map[string]any{
			"client_id": "did:bindu:e2e_at_example_com:taken:" + did.AgentIDFromAuthorAndName("e2e@example.com", "taken"),
			"metadata":  map[string]any{"public_key": did.EncodePublicKey(witness.Outbound().Key.PublicKey())},
		})
		err := s.launch("taken", map[string]string{"DID__DERIVATION": "author_name"}).failure()
		if !errors.Is(err, hydra.ErrDIDTaken) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("148_Hydra wiped", func(t *testing.T) {
		kept := witness.credentials(witness.DID()).ClientSecret
		if err := witness.stop(); err != nil {
			t.Fatal(err)
		}
		s.auth.WipeHydra()
		s.auth.StopStepCA() // it holds the old signing keys until it restarts
		s.auth.StartStepCA()
		again, reader := s.start("witness", nil), s.start("poet", nil)
		defer again.stop()
		defer reader.stop()
		if !again.log.has("action=recreated") || again.credentials(again.DID()).ClientSecret != kept {
			t.Errorf("not recreated with the same secret: %s", again.log)
		}
		talks(t, again, reader)
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEndToEndMTLSSwitchedOnLater(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	plain := s.start("poet", map[string]string{"MTLS__ENABLED": "false"})
	if !strings.HasPrefix(plain.URL(), "http://") {
		t.Errorf("URL %s", plain.URL())
	}
	name := plain.DID()
	if err := plain.stop(); err != nil {
		t.Fatal(err)
	}
	secure, witness := s.start("poet", nil), s.start("witness", nil)
	if secure.DID() != name || !strings.HasPrefix(secure.URL(), "https://") {
		t.Errorf("DID %s, URL %s", secure.DID(), secure.URL())
	}
	talks(t, secure, witness)
}
