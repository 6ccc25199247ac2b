package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain is a port without TLS on this machine, with room and time for everybody.
func plain(t *testing.T, h http.HandlerFunc) Config {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return Config{
		Listener: ln, Handler: h,
		Limits:   Limits{Connections: 100, ConnectionsPerPeer: 100, HeaderBytes: 32 << 10},
		Timeouts: Timeouts{Header: time.Minute, Body: time.Minute, Write: time.Minute, Idle: time.Minute},
	}
}

// served starts a port, and returns its URL and a client of its own.
func served(t *testing.T, c Config) (*Server, string, *http.Client) {
	t.Helper()
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, "http://" + c.Listener.Addr().String() + "/", client
}

// counting counts the connections that are accepted.
type counting struct {
	net.Listener
	opened atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.opened.Add(1)
	}
	return c, err
}

// A connection older than its limit still gets its answer, and only then ends;
// the next request finds a new one, which is young again.
func TestOldConnectionsEndAfterTheirAnswer(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var since atomic.Int64
	c := plain(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") })
	ln := &counting{Listener: c.Listener}
	c.Listener, c.Timeouts.Age = ln, time.Minute
	c.Now = func() time.Time { return start.Add(time.Duration(since.Load())) }
	_, url, client := served(t, c)
	for _, step := range []struct {
		name    string
		advance time.Duration
		closed  bool
		opened  int64
	}{
		{"a new connection", 0, false, 1},
		{"as old as is allowed", time.Minute, false, 1},
		{"a moment older", 1, true, 1},
		{"its successor", 0, false, 2},
	} {
		since.Add(int64(step.advance))
		resp, err := client.Get(url)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "served" {
			t.Errorf("%s: %q, %v", step.name, body, err)
		}
		if resp.Close != step.closed || ln.opened.Load() != step.opened {
			t.Errorf("%s: closed %t, %d connections; want %t, %d", step.name, resp.Close, ln.opened.Load(), step.closed, step.opened)
		}
	}
}

// What is in progress at a shutdown is answered, and nobody new is served.
func TestShutdownWaitsForWhatIsInProgress(t *testing.T) {
	began, end := make(chan struct{}), make(chan struct{})
	var log bytes.Buffer
	c := plain(t, func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-end
		_, _ = io.WriteString(w, "served")
	})
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, url, client := served(t, c)
	answer := make(chan string)
	go func() { answer <- get(client, url) }()
	<-began
	stopped := make(chan error)
	go func() { stopped <- s.Shutdown(context.Background()) }()
	s.serving.Wait() // nobody accepts any more
	if got := get(client, url); !strings.Contains(got, "refused") {
		t.Errorf("somebody new: %s", got)
	}
	close(end)
	if got := <-answer; got != "served" {
		t.Errorf("what was in progress: %s", got)
	}
	if err := <-stopped; err != nil || log.Len() > 0 {
		t.Errorf("%v, %s", err, log.String())
	}
}

// What is not answered when the drain ends is cut off, and an operator reads so.
func TestShutdownCutsOffWhatDoesNotEnd(t *testing.T) {
	began := make(chan struct{})
	var log bytes.Buffer
	c := plain(t, func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	})
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, url, client := served(t, c)
	answer := make(chan string)
	go func() { answer <- get(client, url) }()
	<-began
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(over); err != nil {
		t.Error(err)
	}
	if got := <-answer; !strings.Contains(got, "EOF") {
		t.Errorf("what lasts: %s", got)
	}
	if !strings.Contains(log.String(), "level=WARN msg=\"requests did not end in time and were cut off\"") {
		t.Errorf("the log: %s", log.String())
	}
}

// get returns the body of an answer, or why there was none.
func get(client *http.Client, url string) string {
	resp, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// broken is a listener that has failed.
type broken struct{ net.Listener }

var errBroken = errors.New("no more files")

func (broken) Accept() (net.Conn, error) { return nil, errBroken }

func TestAListenerThatFailsIsToldOnce(t *testing.T) {
	c := plain(t, func(http.ResponseWriter, *http.Request) {})
	failed := make(chan error, 2)
	c.Listener, c.Failed = broken{c.Listener}, func(err error) { failed <- err }
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, errBroken) {
		t.Errorf("told %v", err)
	}
	if err := s.Shutdown(t.Context()); err != nil || len(failed) != 0 {
		t.Errorf("a shutdown: %v, told %d times more", err, len(failed))
	}
}
