package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// runningMemory is what an agent that serves holds of its directory, and how it
// takes decisions in.
func runningMemory(t *testing.T, path string) (*keymemory.Memory, func()) {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	must(t, err)
	lock, err := dir.Lock()
	must(t, err)
	m, err := keymemory.Open(dir, keymemory.Config{Limit: 10})
	must(t, err)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				if err := m.TakeRequests(); err != nil {
					t.Errorf("TakeRequests: %v", err)
				}
			}
		}
	}()
	return m, func() {
		close(stop)
		<-done
		must(t, m.Close())
		must(t, lock.Release())
	}
}

// The operator accepts what Hydra has now, while the agent serves; and exactly that.
func TestKeyIsAcceptedWhileTheAgentRuns(t *testing.T) {
	s := hydratest.Start(t, hydratest.Options{})
	path := filepath.Join(t.TempDir(), "agent")
	for name, value := range map[string]string{"AGENT__DIR": path, "HYDRA__ADMIN_URL": s.AdminURL, "HYDRA__PUBLIC_URL": s.PublicURL} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir()) // no .env
	m, stop := runningMemory(t, path)
	d := parseDID(t, "did:bindu:ann:critic:1")
	first, second, third := newPublicKey(t), newPublicKey(t), newPublicKey(t)
	must(t, m.Remember(t.Context(), d, first))
	metadata, err := json.Marshal(map[string]string{"public_key": did.EncodePublicKey(second)})
	must(t, err)
	s.Register(d.String(), "", hydratest.Document{"metadata": metadata})
	code, out, errOut := runAgent(t, "", "key", "accept", d.String(), "--timeout", "1m")
	if code != cli.ExitOK || !strings.Contains(out, "accepted "+did.EncodePublicKey(second)) {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
	if m.Check(d, second) != nil || m.Check(d, first) == nil || m.Check(d, third) == nil {
		t.Error("not the one key of Hydra's is accepted")
	}
	if code, out, errOut = runAgent(t, "", "key", "list"); code != cli.ExitOK || !strings.Contains(out, did.EncodePublicKey(second)) {
		t.Errorf("list: exit %d, %q, %q", code, out, errOut)
	}
	if code, _, errOut = runAgent(t, "", "key", "forget", d.String(), "--timeout", "1m"); code != cli.ExitOK || m.Check(d, third) != nil {
		t.Errorf("forget: exit %d, %q", code, errOut)
	}
	stop()
}

func TestADecisionThatNobodyTakesIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	t.Setenv("AGENT__DIR", path)
	t.Chdir(t.TempDir())
	dir, err := safefile.OpenDir(path, nil)
	must(t, err)
	lock, err := dir.Lock()
	must(t, err)
	defer lock.Release()
	code, _, errOut := runAgent(t, "", "key", "accept", "did:bindu:ann:critic:1", "--key", did.EncodePublicKey(newPublicKey(t)), "--timeout", "300ms")
	if code != cli.ExitFailed || !strings.Contains(errOut, "error [decision_waits]") {
		t.Errorf("exit %d, %q", code, errOut)
	}
}

func newPublicKey(t *testing.T) []byte {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	must(t, err)
	return k.PublicKey()
}
