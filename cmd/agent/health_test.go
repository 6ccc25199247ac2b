package main

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

func TestCheckHealth(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   error
	}{
		{http.StatusOK, `{"ready":true,"program":"agent"}`, nil},
		{http.StatusOK, `{"ready":true}`, nil},
		{http.StatusServiceUnavailable, `{"reason":"hydra_unavailable"}`, errNotReady},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}))
		var out bytes.Buffer
		err := checkHealth(t.Context(), server.URL, "ready", &out, &bytes.Buffer{})
		server.Close()
		if !errors.Is(err, test.want) {
			t.Errorf("status %d: %v, want %v", test.status, err, test.want)
		}
		if err != nil && !strings.Contains(err.Error(), test.body) {
			t.Errorf("the error %q does not carry the reason %s", err, test.body)
		}
	}
}

// A registrar that has the port is no agent, ready or not, whatever was asked.
func TestCheckHealthOfAnotherProgram(t *testing.T) {
	for _, body := range []string{`{"ready":true,"program":"registrar"}`, `{"ready":false,"program":"registrar","reasons":["starting"]}`, `{"live":true,"program":"registrar"}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		var out bytes.Buffer
		err := checkHealth(t.Context(), server.URL, "ready", &out, &bytes.Buffer{})
		server.Close()
		said, ok := errors.AsType[*reasonedError](err)
		if !ok || said.reason != "admin_unreachable" || out.Len() > 0 {
			t.Errorf("%s: %v, %q", body, err, &out)
		}
	}
}

func TestCheckHealthOfAnAgentThatDoesNotRun(t *testing.T) {
	if err := checkHealth(t.Context(), "http://127.0.0.1:1/readyz", "ready", &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
		t.Error("an agent that does not run is healthy")
	}
}

// TestHealthLive shows that a process that lives but does not serve is alive and
// not ready.
func TestHealthLive(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	t.Chdir(t.TempDir())
	t.Setenv("NETWORK__ADMIN_HOST", host)
	t.Setenv("NETWORK__ADMIN_PORT", port)
	if code, out, errOut := runAgent(t, "", "health", "--live"); code != cli.ExitOK || out != "alive\n" {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
	if code, _, errOut := runAgent(t, "", "health"); code != cli.ExitFailed || !strings.Contains(errOut, "not ready") {
		t.Errorf("exit %d, %q", code, errOut)
	}
}
