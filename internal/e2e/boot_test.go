package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// credentials returns what the agent's directory holds.
func (r *running) credentials(d did.DID) *hydra.Credentials {
	r.t.Helper()
	dir, err := safefile.OpenDir(r.dir, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := hydra.LoadCredentials(dir, d)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func TestEndToEndBoot(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	fixed := map[string]string{"AGENT__URL": "https://poet.example.com:3773"}
	first := s.start("poet", fixed)
	name, secret := first.DID(), first.credentials(first.DID()).ClientSecret
	cert, err := os.ReadFile(filepath.Join(first.dir, "tls_cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if ready, why := first.readyz(); !ready {
		t.Errorf("not ready: %v", why)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}

	t.Run("second boot keeps DID, secret and certificate", func(t *testing.T) {
		again := s.start("poet", fixed)
		defer again.stop()
		if again.DID() != name || again.credentials(name).ClientSecret != secret {
			t.Error("another DID or secret")
		}
		now, err := os.ReadFile(filepath.Join(again.dir, "tls_cert.pem"))
		if err != nil || string(now) != string(cert) {
			t.Errorf("the certificate was not reused: %v", err)
		}
		if !again.log.has("msg=registered created=false") || !again.log.has("certificate taken from disk") {
			t.Errorf("log: %s", again.log)
		}
	})

	t.Run("a second process in the directory is refused", func(t *testing.T) {
		holder := s.start("poet", nil)
		defer holder.stop()
		if err := s.launch("poet", nil).failure(); !errors.Is(err, safefile.ErrLocked) {
			t.Errorf("got %v", err)
		}
	})
}
