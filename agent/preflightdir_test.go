package agent

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// servedBefore returns settings with a directory in which an agent has served.
func servedBefore(t *testing.T) settings.Settings {
	t.Helper()
	set := loadable(t)
	h, err := home.Open(t.Context(), string(set.Agent.Dir))
	if err != nil {
		t.Fatal(err)
	}
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	name, err := did.FromPublicKey("a", "poet", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	id := home.NewIdentity(name, key)
	memory, err := h.Replay(id, replay.Config{Window: time.Minute, Total: 1000})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := h.Keys(keymemory.Config{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := h.Tasks(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Record(id, nil), memory.Close(), keys.Close(), tasks.Close(), h.Close()); err != nil {
		t.Fatal(err)
	}
	return set
}

// TestWhatPreflightFindsInTheDirectoryEndsAStart, before anybody is asked.
func TestWhatPreflightFindsInTheDirectoryEndsAStart(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	var asked atomic.Int32
	authority := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer authority.Close()
	write := func(name, content string, mode os.FileMode) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			return errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode))
		}
	}
	chmod := func(name string, mode os.FileMode) func(string) error {
		return func(dir string) error { return os.Chmod(filepath.Join(dir, name), mode) }
	}
	link := func(name string) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			return errors.Join(os.RemoveAll(path), os.Symlink("/nowhere", path))
		}
	}
	for name, test := range map[string]struct {
		spoil func(dir string) error
		want  error
	}{
		"tasks.db is none":                 {write("tasks.db", strings.Repeat("garbage ", 1000), 0o600), sqlite.ErrCorrupt},
		"tasks.db of others":               {chmod("tasks.db", 0o644), home.ErrInsecurePermissions},
		"remembered keys are none":         {write(keymemory.File, "nonsense\n", 0o600), keymemory.ErrCorrupt},
		"remembered keys of others":        {chmod(keymemory.File, 0o666), home.ErrInsecurePermissions},
		"key requests of others":           {chmod(keymemory.RequestsDir, 0o777), home.ErrInsecurePermissions},
		"key requests are no directory":    {link(keymemory.RequestsDir), home.ErrUnsafePath},
		"memory of replays elsewhere":      {link(replay.DirName), home.ErrUnsafePath},
		"memory of replays of others":      {chmod(filepath.Join(replay.DirName, "state"), 0o644), home.ErrInsecurePermissions},
		"a certificate's key of others":    {write("tls_key.pem", "", 0o644), home.ErrInsecurePermissions},
		"credentials are none":             {write(hydra.CredentialsFile, "{", 0o600), hydra.ErrCredentialsCorrupt},
		"credentials of others":            {write(hydra.CredentialsFile, "{}", 0o644), home.ErrInsecurePermissions},
		"private key of others":            {chmod("private.pem", 0o644), home.ErrInsecurePermissions},
		"identity is none":                 {write(home.IdentityFile, "{", 0o644), home.ErrIdentityCorrupt},
		"the directory is others'":         {chmod("", 0o770), home.ErrInsecurePermissions},
		"nothing is wrong":                 {func(string) error { return nil }, nil},
		"what a start obtains anew is bad": {write("tls_cert.pem", "nonsense", 0o644), nil},
	} {
		t.Run(name, func(t *testing.T) {
			set := servedBefore(t)
			set.Hydra.AdminURL, set.Hydra.PublicURL = settings.URL(authority.URL), settings.URL(authority.URL)
			if err := test.spoil(string(set.Agent.Dir)); err != nil {
				t.Fatal(err)
			}
			err := Preflight(t.Context(), set)
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%v, want %v", err, test.want)
			}
			if test.want == nil {
				return
			}
			a, err := New(Options{Settings: set})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // else it waits for Hydra
			defer cancel()
			if err := a.Run(ctx); !errors.Is(err, test.want) || asked.Load() != 0 {
				t.Errorf("a start: %v, Hydra was asked %d times", err, asked.Load())
			}
		})
	}
}

// TestPreflightNamesAllFaultsAtOnce, of the directory and of everything else.
func TestPreflightNamesAllFaultsAtOnce(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://")
	set := servedBefore(t)
	for name, content := range map[string]string{"tasks.db": strings.Repeat("garbage ", 1000), keymemory.File: "nonsense\n", home.IdentityFile: "{"} {
		if err := os.WriteFile(filepath.Join(string(set.Agent.Dir), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set.Agent.Command = []string{"no-such-program"}
	err := Preflight(t.Context(), set)
	for _, want := range []error{sqlite.ErrCorrupt, keymemory.ErrCorrupt, home.ErrIdentityCorrupt, ErrCommand} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not in: %v", want, err)
		}
	}
}

// TestPreflightLeavesOutWhatIsNotKnown: a fault that follows from another one.
func TestPreflightLeavesOutWhatIsNotKnown(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	set := loadable(t, "AGENT__COMMAND=no-such-program", "AUTH__POLICY_FILE=/no/such/file")
	err := PreflightKnown(t.Context(), set, func(name string) bool { return name != "AGENT__COMMAND" })
	if errors.Is(err, ErrCommand) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want the policy's fault alone", err)
	}
}
