package faultproxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start returns a proxy in front of a server whose answers are longer than
// what a truncated one keeps.
func start(t *testing.T) (*Proxy, *http.Client) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("whole ", 100))
	}))
	t.Cleanup(server.Close)
	p, err := New(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := errors.Join(p.Close(), p.Close()); err != nil {
			t.Error(err)
		}
	})
	return p, &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func ask(t *testing.T, client *http.Client, p *Proxy, patience time.Duration) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.Addr(), strings.NewReader("question"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// Each fault shows, and is over at once.
func TestModes(t *testing.T) {
	timeout := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
	for _, m := range []struct {
		mode   Mode
		status int
		wants  func(error) bool
	}{
		{Refuse(), 0, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) }},
		{Blackhole(), 0, timeout},
		{Hang(), 0, timeout},
		{Slow(), 0, timeout},
		{Garbage(), 0, func(err error) bool { return err != nil && !timeout(err) }},
		{Truncated(), 0, func(err error) bool { return err != nil && !timeout(err) }},
		{Status(500), 500, nil},
		{Status(429), 429, nil},
		{Status(302), 302, nil},
		{Status(204), 204, nil},
	} {
		t.Run(m.mode.String(), func(t *testing.T) {
			p, client := start(t)
			healthy := func() {
				t.Helper()
				if status, body, err := ask(t, client, p, 10*time.Second); status != 200 || len(body) != 600 || err != nil {
					t.Fatalf("healthy: %d, %d bytes, %v", status, len(body), err)
				}
			}
			healthy()
			p.Set(m.mode)
			client.CloseIdleConnections() // of which it may not know yet that they are cut
			status, _, err := ask(t, client, p, 200*time.Millisecond)
			if m.wants != nil && !m.wants(err) {
				t.Errorf("got %d %v", status, err)
			}
			if m.wants == nil && (status != m.status || err != nil) {
				t.Errorf("got %d %v", status, err)
			}
			p.Set(Pass())
			client.CloseIdleConnections()
			healthy()
		})
	}
}

func TestKeptConnectionsEndWithTheMode(t *testing.T) {
	p, _ := start(t)
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.Set(Hang())
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
}

func TestNothingBehindIsAReset(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	p, err := New(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	conn, err := net.Dial("tcp", p.Addr())
	if err == nil {
		defer conn.Close()
		_, err = conn.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v", err)
	}
}
