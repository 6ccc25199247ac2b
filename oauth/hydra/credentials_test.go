package hydra_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// referenceFile is as the Python reference writes it.
const referenceFile = `{
  "did:bindu:ops_at_example_com:echo_agent:154ac031-2fb0-ada1-eccf-5b27b5593c41": {
    "agent_id": "154ac031-2fb0-ada1-eccf-5b27b5593c41",
    "client_id": "did:bindu:ops_at_example_com:echo_agent:154ac031-2fb0-ada1-eccf-5b27b5593c41",
    "client_secret": "s3cr3t-of-the-reference",
    "created_at": "2026-06-01T12:34:56.123456+00:00",
    "scopes": [
      "openid",
      "offline",
      "agent:read",
      "agent:write"
    ]
  }
}`

const referenceDID = "did:bindu:ops_at_example_com:echo_agent:154ac031-2fb0-ada1-eccf-5b27b5593c41"

func parseDID(t *testing.T, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func writeCredentialsFile(t *testing.T, dir *safefile.Dir, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir.Path(), hydra.CredentialsFile), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readCredentialsFile(t *testing.T, dir *safefile.Dir) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir.Path(), hydra.CredentialsFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLoadCredentialsOfTheReference(t *testing.T) {
	dir := newDir(t)
	writeCredentialsFile(t, dir, referenceFile)
	c, err := hydra.LoadCredentials(dir, parseDID(t, referenceDID))
	if err != nil {
		t.Fatal(err)
	}
	if c.ClientSecret != "s3cr3t-of-the-reference" || c.AgentID != "154ac031-2fb0-ada1-eccf-5b27b5593c41" || len(c.Scopes) != 4 ||
		!c.CreatedAt.Equal(time.Date(2026, 6, 1, 12, 34, 56, 123456000, time.UTC)) {
		t.Errorf("loaded %v %v %v %v", c, c.AgentID, c.Scopes, c.CreatedAt)
	}
}

func TestSaveCredentialsWritesTheReferenceFormat(t *testing.T) {
	dir := newDir(t)
	c := &hydra.Credentials{
		AgentID: "154ac031-2fb0-ada1-eccf-5b27b5593c41", ClientID: referenceDID, ClientSecret: "s3cr3t-of-the-reference",
		CreatedAt: time.Date(2026, 6, 1, 12, 34, 56, 123456000, time.UTC), Scopes: []string{"openid", "offline", "agent:read", "agent:write"},
	}
	if err := hydra.SaveCredentials(dir, c); err != nil {
		t.Fatal(err)
	}
	if got := readCredentialsFile(t, dir); strings.TrimSpace(got) != referenceFile {
		t.Errorf("wrote\n%s\nwant\n%s", got, referenceFile)
	}
	if info, err := os.Stat(filepath.Join(dir.Path(), hydra.CredentialsFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v, want 0600", info.Mode(), err)
	}
}

func TestSaveCredentialsKeepsWhatItDoesNotKnow(t *testing.T) {
	dir := newDir(t)
	writeCredentialsFile(t, dir, `{"did:bindu:other:agent:1":{"client_secret":"theirs","n":9007199254740993},
		"`+referenceDID+`":{"client_id":"`+referenceDID+`","client_secret":"old","created_at":"2020-01-01T00:00:00+00:00","note":"é <&>"}}`)
	if err := hydra.SaveCredentials(dir, &hydra.Credentials{ClientID: referenceDID, ClientSecret: "new"}); err != nil {
		t.Fatal(err)
	}
	got := readCredentialsFile(t, dir)
	for _, want := range []string{`"client_secret": "theirs"`, `"n": 9007199254740993`, `"note": "é <&>"`, `"client_secret": "new"`, `"created_at": "2020-01-01T00:00:00+00:00"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from\n%s", want, got)
		}
	}
}

func TestLoadCredentialsAbsent(t *testing.T) {
	dir := newDir(t)
	if _, err := hydra.LoadCredentials(dir, parseDID(t, referenceDID)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want fs.ErrNotExist", err)
	}
	writeCredentialsFile(t, dir, `{}`)
	if _, err := hydra.LoadCredentials(dir, parseDID(t, referenceDID)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no entry: %v, want fs.ErrNotExist", err)
	}
}

func TestCredentialsRefused(t *testing.T) {
	entry := func(members string) string { return `{"` + referenceDID + `":` + members + `}` }
	const id = `"client_id":"` + referenceDID + `"`
	for name, content := range map[string]string{
		"empty file":          "",
		"truncated":           referenceFile[:200],
		"trailing garbage":    referenceFile + "x",
		"two documents":       referenceFile + referenceFile,
		"null":                "null",
		"array":               "[]",
		"invalid UTF-8":       "{\"a\":\"\xff\"}",
		"zero bytes":          strings.Repeat("\x00", 100),
		"duplicate entry":     `{"` + referenceDID + `":{},"` + referenceDID + `":{}}`,
		"entry null":          entry(`null`),
		"entry string":        entry(`"x"`),
		"duplicate secret":    entry(`{` + id + `,"client_secret":"a","client_secret":"b"}`),
		"no secret":           entry(`{` + id + `}`),
		"empty secret":        entry(`{` + id + `,"client_secret":""}`),
		"secret of type":      entry(`{` + id + `,"client_secret":1}`),
		"secret in capitals":  entry(`{` + id + `,"Client_Secret":"a"}`),
		"scopes of type":      entry(`{` + id + `,"client_secret":"a","scopes":"openid"}`),
		"client of another":   entry(`{"client_id":"did:bindu:x:y:z","client_secret":"a"}`),
		"client_id is absent": entry(`{"client_secret":"a"}`),
	} {
		t.Run(name, func(t *testing.T) {
			dir := newDir(t)
			writeCredentialsFile(t, dir, content)
			if _, err := hydra.LoadCredentials(dir, parseDID(t, referenceDID)); !errors.Is(err, hydra.ErrCredentialsCorrupt) {
				t.Errorf("load: %v, want ErrCredentialsCorrupt", err)
			}
			if got := readCredentialsFile(t, dir); got != content {
				t.Errorf("the file was touched: %q", got)
			}
		})
	}
}

func TestSaveCredentialsDoesNotOverwriteACorruptFile(t *testing.T) {
	for _, content := range []string{"", "{", `{"` + referenceDID + `":1}`} {
		dir := newDir(t)
		writeCredentialsFile(t, dir, content)
		err := hydra.SaveCredentials(dir, &hydra.Credentials{ClientID: referenceDID, ClientSecret: "new"})
		if !errors.Is(err, hydra.ErrCredentialsCorrupt) || readCredentialsFile(t, dir) != content {
			t.Errorf("%q: %v, file now %q", content, err, readCredentialsFile(t, dir))
		}
	}
}

func TestCredentialsFileOthersCanRead(t *testing.T) {
	dir := newDir(t)
	writeCredentialsFile(t, dir, referenceFile)
	if err := os.Chmod(filepath.Join(dir.Path(), hydra.CredentialsFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := hydra.LoadCredentials(dir, parseDID(t, referenceDID)); !errors.Is(err, safefile.ErrInsecurePermissions) {
		t.Errorf("error %v, want ErrInsecurePermissions", err)
	}
}

func TestCredentialsNeverPrintTheSecret(t *testing.T) {
	c := hydra.Credentials{ClientID: "did:x:y", ClientSecret: "hunter2"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c, "p", &c)
	data, err := json.Marshal(hydra.Result{Credentials: &c})
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{log.String(), string(data)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, c), fmt.Sprintf(verb, &c), fmt.Sprintf(verb, struct{ C hydra.Credentials }{c}))
	}
	for _, out := range outputs {
		if strings.Contains(out, "hunter2") || strings.Contains(out, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("shows the secret: %s", out)
		}
	}
}

// failingFS fails the operations that change something once left is used up.
type failingFS struct {
	safefile.FS
	left *int
}

func (f failingFS) fail() error {
	if *f.left--; *f.left < 0 {
		return syscall.ENOSPC
	}
	return nil
}

func (f failingFS) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	if flag&os.O_CREATE != 0 {
		if err := f.fail(); err != nil {
			return nil, err
		}
	}
	file, err := f.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return failingFile{file, f}, nil
}

func (f failingFS) Rename(from, to string) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

type failingFile struct {
	safefile.File
	fs failingFS
}

func (f failingFile) Write(p []byte) (int, error) {
	if err := f.fs.fail(); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}

func (f failingFile) Sync() error {
	if err := f.fs.fail(); err != nil {
		return err
	}
	return f.File.Sync()
}

// TestReconcileOnAFullDisk: Hydra never learns a secret that is not on disk.
func TestReconcileOnAFullDisk(t *testing.T) {
	for _, name := range []string{"first boot", "secret lost"} {
		for left := range 4 { // create, write, sync, rename
			t.Run(fmt.Sprintf("%s, operation %d", name, left), func(t *testing.T) {
				w, s := fakeWorld(t, hydratest.Options{})
				a := newAgent(t, "agent")
				if name == "secret lost" {
					a.reconcile(t, w)
					if err := a.dir.Remove(hydra.CredentialsFile); err != nil {
						t.Fatal(err)
					}
				}
				before, known := s.Registered(a.wanted.DID.String())
				full := left
				dir, err := safefile.OpenDir(a.dir.Path(), failingFS{safefile.OS(), &full})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := hydra.NewRegistrar(w.config(), dir, rand.Reader).Reconcile(t.Context(), a.wanted); !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("error %v, want ENOSPC", err)
				}
				after, knownNow := s.Registered(a.wanted.DID.String())
				if known != knownNow || fmt.Sprint(before) != fmt.Sprint(after) {
					t.Error("the registration changed")
				}
				a.reconcile(t, w) // with space again
			})
		}
	}
}

func TestReconcileWithoutRandomness(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	if _, err := hydra.NewRegistrar(w.config(), a.dir, strings.NewReader("short")).Reconcile(t.Context(), a.wanted); err == nil {
		t.Fatal("registered without randomness")
	}
	if _, ok := s.Registered(a.wanted.DID.String()); ok || a.secret(t) != "" {
		t.Error("something was registered or saved")
	}
}
