package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/home"
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
	if err := Preflight(t.Context(), loadable(t)); err != nil {
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
		{"AGENT__DIR=/dev/null/x", home.ErrUnwritable, "AGENT__DIR: "},
		{"NETWORK__HOST=192.0.2.77", nil, "NETWORK__HOST: "},
		{"NETWORK__ADMIN_HOST=192.0.2.77", nil, "NETWORK__ADMIN_HOST: "},
	} {
		more := []string{c.set}
		if strings.HasPrefix(c.set, "MTLS__CA_ROOT_FILE") {
			more = append(more, "MTLS__CA_FINGERPRINT=")
		}
		err := Preflight(t.Context(), loadable(t, more...))
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.set, err, c.says)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://")
	if err := Preflight(t.Context(), loadable(t, "AGENT__COMMAND=no-such-program")); !errors.Is(err, fetch.ErrProxy) || !errors.Is(err, ErrCommand) {
		t.Errorf("not everything is found at once: %v", err)
	}
}

// TestPreflightSeesPortsOfOthers, on one address and on all of them. Those of the
// agent that runs in the directory are its own.
func TestPreflightSeesPortsOfOthers(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "::"} {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("%s: %v", host, err) // no such network here
			continue
		}
		defer ln.Close()
		port := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
		for _, name := range []string{"NETWORK__PORT", "NETWORK__ADMIN_PORT"} {
			t.Run(host+" "+name, func(t *testing.T) {
				seesHeldPort(t, name, loadable(t, name+"="+port, strings.TrimSuffix(name, "PORT")+"HOST="+host))
			})
		}
	}
}

func seesHeldPort(t *testing.T, name string, set settings.Settings) {
	t.Helper()
	err := Preflight(t.Context(), set)
	if listen, ok := errors.AsType[*ListenError](err); !ok || listen.Setting != name {
		t.Errorf("held port: %v, want one about %s", err, name)
	}
	h, err := home.Open(t.Context(), string(set.Agent.Dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := Preflight(t.Context(), set); err != nil {
		t.Errorf("beside the agent that has it: %v", err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPreflightListensNowhere: a free port is free afterwards, and a caller that
// comes meanwhile is refused rather than let in.
func TestPreflightListensNowhere(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "localhost"} {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Fatal(err)
		}
		addr := ln.Addr().(*net.TCPAddr)
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		port := strconv.Itoa(addr.Port)
		if err := Preflight(t.Context(), loadable(t, "NETWORK__PORT="+port, "NETWORK__HOST="+host)); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if ln, err = net.Listen("tcp", net.JoinHostPort(host, port)); err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		_ = ln.Close()
	}
}

// TestAStartWithAHeldPortAsksNobody: nothing is registered for an agent that
// will not serve.
func TestAStartWithAHeldPortAsksNobody(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	var asked atomic.Int32
	hydra := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer hydra.Close()
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	set := loadable(t, "NETWORK__PORT="+strconv.Itoa(held.Addr().(*net.TCPAddr).Port))
	set.Hydra.AdminURL, set.Hydra.PublicURL = settings.URL(hydra.URL), settings.URL(hydra.URL)
	for name, start := range map[string]func(*Agent, context.Context) error{
		"a start":                                (*Agent).Run,
		"the port is taken after the first look": func(a *Agent, ctx context.Context) error { return a.checkPrivatePort(ctx) },
	} {
		a, err := New(Options{Settings: set})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // else it waits for Hydra
		err = start(a, ctx)
		cancel()
		if listen, ok := errors.AsType[*ListenError](err); !ok || listen.Setting != "NETWORK__PORT" || asked.Load() != 0 {
			t.Errorf("%s: %v, Hydra was asked %d times", name, err, asked.Load())
		}
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
	all := func(string) bool { return true }
	given := Options{Settings: set, Executor: backend.Echo{}}
	if err := (preflight{ctx: t.Context(), given: given, known: all}).run(); err != nil {
		t.Errorf("with an executor: %v", err)
	}
}
