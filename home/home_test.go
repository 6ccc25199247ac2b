package home

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, path string) *Home {
	t.Helper()
	h, err := Open(t.Context(), path)
	must(t, err)
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func named(d did.DID) func(ed25519.PublicKey) (did.DID, error) {
	return func(ed25519.PublicKey) (did.DID, error) { return d, nil }
}

// names returns what stands in a directory.
func names(t *testing.T, path string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestWhoLooksChangesNothing, not even what a start would complete.
func TestWhoLooksChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	if _, err := Look(path); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("no directory: %v", err)
	}
	must(t, Check(t.Context(), path, Uses{true, true, true}))
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
	h := start(t, path)
	must(t, h.Record(NewIdentity(parse(t, poet), seeded(t, 1)), nil))
	must(t, os.Remove(filepath.Join(path, "public.pem")))
	was := names(t, path)
	looking, err := Look(path)
	must(t, err)
	if _, err := looking.Identity(nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("an incomplete pair: %v", err)
	}
	if _, err := looking.Credentials(parse(t, poet)); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("credentials: %v", err)
	}
	if _, err := looking.Replay(Identity{}, replay.Config{Window: time.Minute, Total: 1}); err == nil {
		t.Error("the memory of replays was opened for writing")
	}
	must(t, Check(t.Context(), path, Uses{true, true, true}))
	if is := names(t, path); len(is) != len(was) {
		t.Errorf("%v, was %v", is, was)
	}
}

// TestOnlyAnAgentsDirectoryIsEntered: a wrong AGENT__DIR gets no file of ours.
func TestOnlyAnAgentsDirectoryIsEntered(t *testing.T) {
	path := t.TempDir()
	must(t, os.Chmod(path, 0o700))
	must(t, os.WriteFile(filepath.Join(path, "notes.txt"), nil, 0o600))
	for _, p := range []string{path, filepath.Join(path, "absent")} {
		if _, err := Enter(p); !errors.Is(err, ErrNoIdentity) {
			t.Errorf("%s: %v", p, err)
		}
	}
	if is := names(t, path); len(is) != 1 {
		t.Errorf("it holds %v", is)
	}
	must(t, os.WriteFile(filepath.Join(path, keymemory.File), nil, 0o600))
	_, err := Enter(path)
	must(t, err)
}

// A decision has one writer: the agent that serves, or else whoever decides.
func TestADecisionIsWrittenByWhoeverHasTheDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	serving := start(t, path)
	beside, err := Enter(path)
	must(t, err)
	d, key, cfg := parse(t, poet), seeded(t, 1).PublicKey(), keymemory.Config{Limit: 10}
	memory, err := serving.Keys(cfg)
	must(t, err)
	if err := beside.Decide(t.Context(), keymemory.Request{DID: d}, cfg); !errors.Is(err, ErrNotRemembered) {
		t.Errorf("forget who is not known: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := beside.Decide(ended, keymemory.Request{DID: d, Key: key}, cfg); !errors.Is(err, ErrNotTaken) {
		t.Errorf("nobody takes it in: %v", err)
	}
	if entries, err := beside.RememberedKeys(); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
	must(t, memory.TakeRequests())
	must(t, memory.Check(d, key))
	must(t, errors.Join(memory.Close(), serving.Close()))
	if err := beside.Decide(ended, keymemory.Request{DID: d}, cfg); err != nil {
		t.Errorf("nobody serves: %v", err)
	}
	if entries, err := beside.RememberedKeys(); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

// A certificate is shown whatever it is worth, and what is none is named.
func TestWhatIsNoCertificateIsNamed(t *testing.T) {
	h := start(t, filepath.Join(t.TempDir(), "agent"))
	for _, content := range []string{"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if content != "" {
			must(t, os.WriteFile(filepath.Join(h.Path(), "tls_cert.pem"), []byte(content), 0o644))
		}
		text, leaf, err := h.Certificate()
		if err == nil || leaf != nil || !bytes.Contains([]byte(err.Error()), []byte("tls_cert.pem")) {
			t.Errorf("%q: %q, %v, %v", content, text, leaf, err)
		}
	}
}
