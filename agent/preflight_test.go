package agent

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// loadable are settings with which an agent starts.
func loadable(t *testing.T, more ...string) settings.Settings {
	t.Helper()
	set, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: append([]string{
		"AGENT__NAME=poet", "AGENT__AUTHOR=a", "AGENT__BACKEND=exec", "AGENT__COMMAND=cat", "AGENT__DIR=" + filepath.Join(t.TempDir(), "a", "b"),
		"HYDRA__ADMIN_URL=https://127.0.0.1:1", "HYDRA__PUBLIC_URL=https://127.0.0.1:1", "MTLS__CA_URL=https://127.0.0.1:1",
		"MTLS__CA_FINGERPRINT=" + strings.Repeat("ab", 32), "NETWORK__PORT=0", "NETWORK__ADMIN_PORT=0",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestPreflightNamesWhatIsWrong(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	if err := Preflight(loadable(t)); err != nil {
		t.Fatalf("settings that are right: %v", err)
	}
	for _, c := range []struct {
		set  string
		want error
		says string
	}{
		{"AGENT__COMMAND=no-such-program", ErrCommand, "AGENT__COMMAND: "},
		{"AGENT__COMMAND=/dev/null", ErrCommand, "AGENT__COMMAND: "},
		{"AUTH__POLICY_FILE=/no/such/file", nil, "AUTH__POLICY_FILE: "},
		{"MTLS__CA_ROOT_FILE=/no/such/file", stepca.ErrConfig, "MTLS__CA_ROOT_FILE: "},
		{"AGENT__DIR=/dev/null/x", ErrDirectory, "AGENT__DIR: "},
		{"NETWORK__HOST=192.0.2.77", nil, "NETWORK__HOST: "},
		{"NETWORK__ADMIN_HOST=192.0.2.77", nil, "NETWORK__ADMIN_HOST: "},
	} {
		more := []string{c.set}
		if strings.HasPrefix(c.set, "MTLS__CA_ROOT_FILE") {
			more = append(more, "MTLS__CA_FINGERPRINT=")
		}
		err := Preflight(loadable(t, more...))
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.set, err, c.says)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://")
	if err := Preflight(loadable(t, "AGENT__COMMAND=no-such-program")); !errors.Is(err, fetch.ErrProxy) || !errors.Is(err, ErrCommand) {
		t.Errorf("not everything is found at once: %v", err)
	}
}

// TestPreflightDoesNotMindARunningAgent: its ports are in use.
func TestPreflightDoesNotMindARunningAgent(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	port := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	if err := Preflight(loadable(t, "NETWORK__PORT="+port)); err != nil {
		t.Error(err)
	}
}

// TestStartRefusesWhatPreflightRefuses before it makes or asks anything; an
// agent with an executor of its own needs no command.
func TestStartRefusesWhatPreflightRefuses(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	set := loadable(t, "AGENT__COMMAND=no-such-program")
	a, err := New(Options{Settings: set})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // else it waits for Hydra
	defer cancel()
	if err := a.Run(ctx); !errors.Is(err, ErrCommand) {
		t.Errorf("%v, want ErrCommand", err)
	}
	if err := preflight(set, false); err != nil {
		t.Errorf("with an executor: %v", err)
	}
}
