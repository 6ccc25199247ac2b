package hydra_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

func directory(t *testing.T) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "agent"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// What one directory knows of a client another takes in, and what it had is gone.
func TestAClientMovesFromDirectoryToDirectory(t *testing.T) {
	d, err := did.Parse("did:bindu:test:a")
	if err != nil {
		t.Fatal(err)
	}
	from, to := directory(t), directory(t)
	if _, err := hydra.Portable(from, d); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of none: %v", err)
	}
	kept := &hydra.Credentials{AgentID: "1", ClientID: d.String(), ClientSecret: "s", CreatedAt: time.Unix(1, 0).UTC(), Scopes: []string{"x"}}
	other := &hydra.Credentials{AgentID: "2", ClientID: d.String(), ClientSecret: "t"}
	if err := errors.Join(hydra.SaveCredentials(from, kept), hydra.SaveCredentials(to, other)); err != nil {
		t.Fatal(err)
	}
	record := []byte(`{"did:bindu:test:a":{"hydra_keys":["k"],"recorded_at":"2026-01-01T00:00:00+00:00"}}`)
	if err := from.WriteFile(hydra.RegistrationFile, record, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := hydra.Portable(from, d)
	if err != nil {
		t.Fatal(err)
	}
	cfg := hydra.Config{Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
	for _, want := range []bool{true, false} {
		if changed, err := hydra.TakeIn(to, d, text, cfg); err != nil || changed != want {
			t.Errorf("changed: %v, %v", changed, err)
		}
	}
	got, err := hydra.LoadCredentials(to, d)
	if err != nil || got.ClientSecret != "s" || got.AgentID != "1" {
		t.Errorf("%v, %v", got, err)
	}
	if again, err := hydra.Portable(to, d); err != nil || string(again) != string(text) {
		t.Errorf("it became %s, %v", again, err)
	}
	for _, text := range []string{"", "{}", `{"did:bindu:test:a":{}}`, `{"did:bindu:test:b":{"client_id":"did:bindu:test:b","client_secret":"x"}}`} {
		if _, err := hydra.TakeIn(to, d, []byte(text), cfg); !errors.Is(err, hydra.ErrCredentialsCorrupt) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got, err := hydra.LoadCredentials(to, d); err != nil || got.ClientSecret != "s" {
		t.Errorf("a damaged text replaced it: %v, %v", got, err)
	}
}
