package hydra

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t *testing.T, public, admin string) *Service {
	t.Helper()
	dir, err := state.Open(filepath.Join(t.TempDir(), "hydra"))
	if err != nil {
		t.Fatal(err)
	}
	return &Service{
		Dir: dir, Public: public, Admin: admin, Rand: strings.NewReader(strings.Repeat("r", 32)),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
}

func TestReady(t *testing.T) {
	for _, test := range []struct {
		name                      string
		health                    int
		keys, discovery, wantWord string
	}{
		{name: "all answer", health: http.StatusOK, keys: `{"keys":[]}`, discovery: `{"issuer":"http://HOST"}`},
		{name: "unhealthy", health: http.StatusServiceUnavailable, wantWord: "503"},
		{name: "keys are not JSON", health: http.StatusOK, keys: "oops", wantWord: "invalid"},
		{name: "another issuer", health: http.StatusOK, keys: `{}`, discovery: `{"issuer":"http://other"}`, wantWord: "http://other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mux := http.NewServeMux()
			server := httptest.NewServer(mux)
			defer server.Close()
			host := strings.TrimPrefix(server.URL, "http://")
			mux.HandleFunc("/health/ready", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.health)
				w.Write([]byte(`{"status":"ok"}`))
			})
			mux.HandleFunc("/.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(test.keys)) })
			mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
				w.Write([]byte(strings.ReplaceAll(test.discovery, "HOST", host)))
			})
			err := newService(t, host, host).Ready(t.Context())
			if test.wantWord == "" && err != nil {
				t.Errorf("error %v, want none", err)
			}
			if test.wantWord != "" && (err == nil || !strings.Contains(err.Error(), test.wantWord)) {
				t.Errorf("error %v, want one that names %q", err, test.wantWord)
			}
		})
	}
}

func TestPrepareTellsOfAForeignListener(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	s := newService(t, ln.Addr().String(), "127.0.0.1:0")
	if err := s.Prepare(t.Context()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error %v, want EADDRINUSE", err)
	}
}

func TestWipeRemovesTheDatabaseAndKeepsTheSecret(t *testing.T) {
	s := newService(t, "", "")
	for _, name := range []string{databaseFile, databaseFile + "-wal", secretFile} {
		if err := s.Dir.Write(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time there is nothing to remove
		if err := s.Wipe(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(s.Dir.Path())
	if err != nil || len(entries) != 1 || entries[0].Name() != secretFile {
		t.Errorf("left: %v, %v; want %s alone", entries, err, secretFile)
	}
}

func TestChildrenDoNotInheritVariablesThatHydraReads(t *testing.T) {
	t.Setenv("DSN", "memory")
	t.Setenv("URLS_SELF_ISSUER", "http://elsewhere")
	for _, v := range newService(t, "", "").Command().Env {
		if strings.HasPrefix(v, "DSN=") || strings.HasPrefix(v, "URLS_") {
			t.Errorf("Hydra inherits %s", v)
		}
	}
}
