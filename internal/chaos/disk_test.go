package chaos

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
)

// TestHostile135DiskFailsAtAnyOperation lets the disk fail at each operation of
// a first start, and of a start of a known agent that needs a certificate.
// Either the agent serves, or it ends with an error; nothing that was whole is
// lost, and the next start on a healthy disk is the same agent.
func TestHostile135DiskFailsAtAnyOperation(t *testing.T) {
	w := newTown(t)
	known := filepath.Join(t.TempDir(), "agent")
	w.once(t, known, nil)
	if err := os.Remove(filepath.Join(known, "tls_cert.pem")); err != nil {
		t.Fatal(err)
	}
	for _, start := range []struct {
		name    string
		prepare func(t *testing.T, dir string)
	}{
		{"first start", func(*testing.T, string) {}},
		{"certificate gone", func(t *testing.T, dir string) { copyDir(t, known, dir) }},
	} {
		counter := newDisk(fault{}, 0)
		dir := filepath.Join(t.TempDir(), "agent")
		start.prepare(t, dir)
		w.once(t, dir, counter)
		operations := counter.operations()
		const lanes = 5
		for lane := range lanes {
			t.Run(fmt.Sprintf("%s/%d operations, every %dth from %d", start.name, operations, lanes, lane+1), func(t *testing.T) {
				t.Parallel()
				for at := lane + 1; at <= operations; at += lanes {
					for _, f := range faultsOf(at / lanes) {
						t.Run(fmt.Sprintf("%d %s", at, f.name), func(t *testing.T) {
							dir := filepath.Join(t.TempDir(), "agent")
							start.prepare(t, dir)
							w.survives(t, dir, newDisk(f, at))
						})
					}
				}
			})
		}
	}
}

// faultsOf returns what one operation suffers: in the long run everything,
// otherwise one fault, in turn.
func faultsOf(turn int) []fault {
	all := faults()
	if os.Getenv("CHAOS_ROUNDS") != "" {
		return all
	}
	return all[turn%len(all):][:1]
}

// copyDir copies an agent's directory with its modes.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Mkdir(filepath.Join(to, rest), info.Mode().Perm())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rest), data, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// survives starts an agent on a disk that fails and then on a healthy one.
func (w *town) survives(t *testing.T, dir string, d *disk) {
	t.Helper()
	before := remember(t, dir)
	a := w.run(t, dir, d)
	if a.Serving() {
		a.wantStorageTold(t, w, d)
	}
	a.stop()
	between := remember(t, dir)
	if between.name != before.name && !before.name.IsZero() {
		t.Fatalf("the agent was %s and is %s", before.name, between.name)
	}
	again := w.run(t, dir, nil)
	if !again.Serving() {
		t.Fatalf("does not start on a healthy disk: %v\n%s", again.err, again.log)
	}
	again.stop()
	after := remember(t, dir)
	for _, was := range []remembered{before, between} {
		if !was.name.IsZero() && was.name != after.name {
			t.Errorf("the agent was %s and is %s", was.name, after.name)
		}
		if was.secret != "" && was.secret != after.secret {
			t.Error("the client secret is another one")
		}
	}
	wantNoLeftovers(t, dir)
}

// remembered is what must not change.
type remembered struct {
	name   did.DID
	secret string
}

// remember reads it; what is not there is zero, what is there has to be whole.
func remember(t *testing.T, path string) (r remembered) {
	t.Helper()
	h, err := home.Open(t.Context(), path) // what a loss left half done is completed
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	id, err := h.Identity(nil)
	if errors.Is(err, home.ErrNoIdentity) {
		return r
	}
	if err != nil {
		t.Fatal(err)
	}
	r.name = id.DID
	credentials, err := h.Credentials(r.name)
	if err == nil {
		r.secret = credentials.ClientSecret
	} else if !errors.Is(err, home.ErrNoCredentials) {
		t.Fatal(err)
	}
	return r
}

func wantNoLeftovers(t *testing.T, dir string) {
	t.Helper()
	for _, pattern := range []string{"*.tmp", "tls_next.pem"} {
		if left, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}
