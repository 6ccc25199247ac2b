package agent

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// within asks a handler without a network.
type within struct{ http.Handler }

func (w within) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	served := req.Clone(req.Context())
	served.RequestURI, served.RemoteAddr = req.URL.RequestURI(), "192.0.2.1:1"
	w.ServeHTTP(answer, served)
	return answer.Result(), nil
}

// An agent that is quicker than a second, or whose clock is behind, is told so once an
// attempt, and waits: what it tries next is another secret again.
func TestAnAgentWaitsWhoseSecretWasEndedJustNow(t *testing.T) {
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "registrar"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	f := registrartest.NewFixture(t, store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	h, err := home.Open(t.Context(), filepath.Join(t.TempDir(), "agent"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	alice, behind := registrartest.NewAgent(t, "alice"), 90*time.Second
	now := func() time.Time { return f.Clock.Now().Add(-behind) }
	api, err := registrarapi.New(registrarapi.Config{
		URL: "https://registrar.test", Registrar: f.Config.Self, DID: alice.DID, Key: alice.Key, Timeout: time.Minute, Now: now,
		HTTPClient: &http.Client{Transport: within{f.Registrar}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &registered{
		api: api, who: self{Identity: home.Identity{DID: alice.DID, Key: alice.Key}, home: h}, rand: rand.Reader,
		hydra: hydra.Config{Now: now}, log: slog.New(slog.DiscardHandler),
	}
	kept, err := h.EnsureCredentials(alice.DID, rand.Reader, hydra.Credentials{AgentID: "1", CreatedAt: now()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.registerWith(t.Context(), kept, false); err != nil {
		t.Fatal(err)
	}
	if _, err := f.EndSecret(t.Context(), alice.DID); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{kept.ClientSecret: true}
	for range 2 {
		made, err := r.renew(t.Context())
		if !errors.Is(err, registrarapi.ErrSecretEnded) || !boot.Passing(err) || boot.ReasonOf(boot.Registrar, err) != "secret_ended" {
			t.Fatalf("%v is none that is waited for", err)
		}
		if seen[made.ClientSecret] {
			t.Error("a secret is tried twice")
		}
		seen[made.ClientSecret] = true
	}
	f.Clock.Advance(behind + time.Second)
	made, err := r.renew(t.Context())
	if err != nil || seen[made.ClientSecret] || f.Clients.Secret(alice.DID) != made.ClientSecret {
		t.Errorf("%v", err)
	}
}
