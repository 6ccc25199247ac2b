package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The port is served as it is configured: by its names, with readiness and with
// the metrics of the process, and to the program that reads /readyz.
func TestThePortIsServed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ready := NewReadiness("server", "starting")
	ready.SetWarning("roots", "roots_stale")
	port, err := Port(Config{Listener: ln, Hosts: []string{"agent.internal"}, Readiness: ready, Metrics: NewRegistry(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.Start(port)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	get := func(host, path string) (int, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body
	}
	status, body := get("agent.internal:3774", "/readyz")
	var answer Readyz
	if err := json.Unmarshal(body, &answer); err != nil || status != 503 || answer.Ready || len(answer.Reasons) != 1 || answer.Warnings[0] != "roots_stale" {
		t.Errorf("%d %s, %v", status, body, err)
	}
	if status, body := get("", "/metrics"); status != 200 || !bytes.Contains(body, []byte("go_goroutines ")) || !bytes.Contains(body, []byte("process_open_fds ")) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get("evil.example", "/readyz"); status != 421 || bytes.Contains(body, []byte("starting")) {
		t.Errorf("another host: %d %s", status, body)
	}
	transport.CloseIdleConnections()
	if err := srv.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "evil.example") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestAPortThatWouldShowNothingIsNotMade(t *testing.T) {
	for name, c := range map[string]Config{
		"readiness": {Metrics: NewRegistry()},
		"metrics":   {Readiness: NewReadiness("server", "starting")},
	} {
		if _, err := Port(c); err == nil {
			t.Errorf("a port without %s", name)
		}
	}
	port, err := Port(Config{Readiness: NewReadiness("server", "starting"), Metrics: NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Start(port); err == nil {
		t.Error("a port without a listener")
	}
}
