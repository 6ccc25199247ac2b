package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
)

// lines is a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// steps are the steps of a start that the log tells of.
func (l *lines) steps(t *testing.T) (steps []string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var entry struct{ Msg, Step string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Msg == "boot" {
			steps = append(steps, entry.Step)
		}
	}
	return steps
}

// said are the messages that the log has at level INFO and above.
func (l *lines) said(t *testing.T) (messages []string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var entry struct{ Msg, Level string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Level != "DEBUG" {
			messages = append(messages, entry.Msg)
		}
	}
	return messages
}

// wantStopTold wants the log to end with one line that the agent stops and one that
// it has stopped.
func (l *lines) wantStopTold(t *testing.T) {
	t.Helper()
	said := l.said(t)
	stopping := 0
	for _, line := range said {
		if line == "stopping" {
			stopping++
		}
	}
	if stopping != 1 || said[len(said)-1] != "stopped" { // what goes on meanwhile may be told between them
		t.Errorf("the log says %q", said)
	}
}

// run starts an agent, whose end the function that it returns waits for.
func run(t *testing.T, o Options) (*Agent, *lines, func() error) {
	t.Helper()
	log := &lines{}
	o.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return a, log, func() error {
		cancel()
		return <-ended
	}
}

// alone are settings of an agent that waits for no authority.
func alone(t *testing.T) settings.Settings {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return loadable(t, "MTLS__ENABLED=false", "MTLS__CA_URL=", "MTLS__CA_FINGERPRINT=", "HYDRA__ADMIN_URL=", "HYDRA__PUBLIC_URL=",
		"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://127.0.0.1:1", "AUTH__AUDIENCE=me", "AUTH__DID_CLAIM=did", "DID__PINNED_KEYS=did:bindu:ann:critic:1="+did.EncodePublicKey(key.PublicKey()))
}

// TestAStartTakesItsStepsInOrder, and says each at debug level. A second start
// is the same agent, and the first one has left nothing behind that stops it.
func TestAStartTakesItsStepsInOrder(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	set := alone(t)
	var name did.DID
	for range 2 {
		a, log, end := run(t, Options{Settings: set})
		select {
		case <-a.Serving():
		case <-time.After(time.Minute):
			t.Fatalf("does not serve: %v", end())
		}
		if !name.IsZero() && a.DID() != name {
			t.Errorf("was %s and is %s", name, a.DID())
		}
		name = a.DID()
		if err := end(); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"check the settings", "lock the directory", "load the identity", "open the replay memory", "open the memory of keys", "record the identity",
			"open the admin port", "look for the private port", "learn our address", "open the database", "read the policy", "trust the token issuers", "prepare our own tokens",
			"learn the issuer", "find the authority", "reconcile the Hydra client", "obtain a certificate", "learn whom keys are asked of", "open egress", "open the tasks", "find the MCP server", "arm the gates", "listen", "watch our client",
		}
		if got := log.steps(t); !slices.Equal(got, want) {
			t.Errorf("steps %q", got)
		}
		log.wantStopTold(t)
	}
}

// TestAStepThatFailsIsNamed in the error of the start.
func TestAStepThatFailsIsNamed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	set := alone(t)
	holder, err := home.Open(t.Context(), string(set.Agent.Dir))
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	a, err := New(Options{Settings: set, Logger: slog.New(slog.NewJSONHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // else it would serve
	defer cancel()
	if err = a.Run(ctx); !errors.Is(err, home.ErrLocked) || !strings.HasPrefix(err.Error(), "lock the directory: ") {
		t.Errorf("got %v", err)
	}
	if said := log.said(t); slices.Contains(said, "stopped") || slices.Contains(said, "stopping") {
		t.Errorf("a start that fails says %q", said)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestThePrivatePortIsClosedWhileAStartWaits for an authority: whoever calls is
// refused, and does not wait for an answer that may never come.
func TestThePrivatePortIsClosedWhileAStartWaits(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	asked := make(chan struct{})
	var once sync.Once
	hydra := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		once.Do(func() { close(asked) })
	}))
	defer hydra.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	set := loadable(t, "NETWORK__PORT="+strconv.Itoa(port))
	set.Hydra.AdminURL, set.Hydra.PublicURL = settings.URL(hydra.URL), settings.URL(hydra.URL)
	a, log, end := run(t, Options{Settings: set})
	select {
	case <-asked:
	case <-time.After(time.Minute):
		t.Fatalf("Hydra was not asked: %v", end())
	}
	if conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a caller gets %v, %v", conn, err)
	}
	if a.Addr() != nil || a.AdminAddr() == nil {
		t.Errorf("private port %v, admin port %v", a.Addr(), a.AdminAddr())
	}
	if err := end(); err != nil {
		t.Errorf("stopped while it waits: %v", err)
	}
	log.wantStopTold(t)
	if steps := log.steps(t); slices.Contains(steps, "reconcile the Hydra client") || !slices.Contains(steps, "prepare our own tokens") {
		t.Errorf("steps %q", steps)
	}
}

// TestWhoeverHoldsTheAdminAPIWarns, if there could be a registrar in its place: an
// authority that vouches for one.
func TestWhoeverHoldsTheAdminAPIWarns(t *testing.T) {
	for name, tt := range map[string]struct {
		environ []string
		want    []string
	}{
		"with mutual TLS":    {nil, []string{"hydra_admin_held"}},
		"without mutual TLS": {[]string{"MTLS__ENABLED=false"}, nil},
		"with a registrar":   {[]string{"HYDRA__ADMIN_URL=", "REGISTRAR__URL=https://127.0.0.1:1", "REGISTRAR__DID=did:bindu:a:registrar:1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := New(Options{Settings: loadable(t, tt.environ...)})
			if err != nil {
				t.Fatal(err)
			}
			h, err := a.lockDirectory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			id, err := a.loadIdentity(h)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.findAuthority(self{Identity: id, home: h}, issuer{"https://hydra.example", "https://hydra.example"}); err != nil {
				t.Fatal(err)
			}
			if got := a.ready.warned(); !slices.Equal(got, tt.want) {
				t.Errorf("warns %q, want %q", got, tt.want)
			}
			if err := a.stop(time.Second); err != nil {
				t.Error(err)
			}
		})
	}
}
