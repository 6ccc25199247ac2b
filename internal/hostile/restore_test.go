package hostile

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// soon is how long a restored agent, or one that takes over a directory of the
// Python reference, may keep its callers waiting.
const soon = 10 * time.Second

// commands returns those that docs/operations.md marks with what.
func commands(t *testing.T, what string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "<!-- commands: "+what+" -->\n```sh\n")
	script, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("docs/operations.md has no commands for %q", what)
	}
	return script
}

// follow runs them as an operator would whose shell makes files for all to read.
func follow(t *testing.T, what, dir, backup string) {
	t.Helper()
	if what == "backup of a running agent" {
		if _, err := exec.LookPath("sqlite3"); err != nil && os.Getenv("CI") == "true" {
			t.Fatal(err)
		} else if err != nil {
			t.Skip("sqlite3 is not installed")
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", "umask 022\n"+commands(t, what))
	cmd.Env = append(os.Environ(), "AGENT__DIR="+dir, "BACKUP="+backup)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", what, err, out)
	}
}

// recovers wants an agent to say that it is recovering, and to be ready within
// the time by its own clock.
func (h *house) recovers(t *testing.T, within time.Duration) {
	t.Helper()
	began := h.clock.now()
	if status, reasons := h.readyz(t); status != http.StatusServiceUnavailable || !slices.Equal(reasons, []string{"replay_recovering"}) {
		t.Fatalf("/readyz %d %v right after the start, want replay_recovering", status, reasons)
	}
	for h.clock.now().Sub(began) < within {
		h.clock.advance(time.Second)
		if status, _ := h.readyz(t); status == http.StatusOK {
			return
		}
	}
	_, reasons := h.readyz(t)
	t.Fatalf("not ready %v after the start: %v\n%s", within, reasons, h.log)
}

// TestBackupAndRestoreAsDocumented follows docs/operations.md word for word:
// the restored agent is the same, has its tasks, serves within ten seconds, and
// executes nothing again, neither of before the backup nor of after it.
func TestBackupAndRestoreAsDocumented(t *testing.T) {
	w := newTown(t)
	for _, running := range []bool{false, true} {
		backup, restore := "backup", "restore"
		if running {
			backup, restore = "backup of a running agent", "restore of a running agent"
		}
		t.Run(backup, func(t *testing.T) {
			base := t.TempDir()
			dir, copied := filepath.Join(base, "agent"), filepath.Join(base, "copy")
			h := w.buildIn(t, dir, "")
			name, s := h.DID(), aim(t, h)
			before := s.bytes()
			ok.check(t, s.sendWire(before), "")
			if !running {
				h.leave()
			}
			follow(t, backup, dir, copied)
			if !running {
				h = w.buildIn(t, dir, "")
				if status, reasons := h.readyz(t); status != http.StatusOK {
					t.Errorf("after a stop: /readyz %d %v", status, reasons)
				}
			}
			s = aimAs(t, h, s.caller)
			after := s.bytes()
			ok.check(t, s.sendWire(after), "")
			h.leave()
			if err := os.Rename(dir, dir+".broken"); err != nil {
				t.Fatal(err)
			}
			follow(t, restore, dir, copied)
			h = w.buildIn(t, dir, "")
			if h.DID() != name {
				t.Errorf("restored as %s, it was %s", h.DID(), name)
			}
			h.judgesAll(t, s.caller, before, after)
			h.recovers(t, soon)
			h.judgesAll(t, s.caller, before, after)
			s = aimAs(t, h, s.caller)
			ok.check(t, s.send(), "")
		})
	}
}

// judgesAll wants requests that were admitted once to open nothing again.
func (h *house) judgesAll(t *testing.T, c *caller, wires ...[]byte) {
	t.Helper()
	before := h.trace(t)
	for _, wire := range wires {
		got := aimAs(t, h, c).sendWire(wire)
		if got.status != http.StatusServiceUnavailable && got.status != http.StatusConflict {
			t.Errorf("a replay: %d %s", got.status, got.body)
		}
	}
	if did := h.trace(t).since(before); did.executed != 0 {
		t.Errorf("%d requests were executed again", did.executed)
	}
}

// The reference's directory has a key and credentials and no memory: served
// soon. One of ours that lost its memory has to wait for the whole window.
func TestWhatADirectoryWithoutAMemoryHasToWaitFor(t *testing.T) {
	w := newTown(t)
	base := t.TempDir()
	of := func(dir string, without ...string) {
		t.Helper()
		w.buildIn(t, dir, "").leave()
		for _, name := range without {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	ours := []string{"identity.json", "tasks.db", "tasks.db-wal", "tasks.db-shm", "replay", "agent.lock"}
	t.Run("the reference's", func(t *testing.T) {
		dir := filepath.Join(base, "reference")
		of(dir, ours...)
		h := w.buildIn(t, dir, "")
		s := aim(t, h)
		if got := s.send(); got.status != http.StatusServiceUnavailable || !strings.Contains(string(got.body), `"replay_unavailable"`) {
			t.Errorf("right after the start: %d %s", got.status, got.body)
		}
		h.recovers(t, soon)
		s = aimAs(t, h, s.caller)
		ok.check(t, s.send(), "")
	})
	for _, left := range []string{"identity.json", "tasks.db"} {
		t.Run("ours, which still has "+left, func(t *testing.T) {
			dir := filepath.Join(base, left)
			of(dir, slices.DeleteFunc(slices.Clone(ours), func(name string) bool { return name == left })...)
			h := w.buildIn(t, dir, "")
			h.clock.advance(290 * time.Second)
			if status, reasons := h.readyz(t); status != http.StatusServiceUnavailable {
				t.Errorf("/readyz %d %v", status, reasons)
			}
			h.recovers(t, 15*time.Second)
		})
	}
}
