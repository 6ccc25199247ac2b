package fetch_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// raw serves bytes to whoever connects, after it has read something.
func raw(t *testing.T, answer string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1024))
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().String()
}

func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func quiet(s *httptest.Server) *httptest.Server {
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	return s
}

// TestWhatCameInPlaceOfAnAnswer asks real sockets, each of which does another
// thing than answer.
func TestWhatCameInPlaceOfAnAnswer(t *testing.T) {
	environment(t, "", "")
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := quiet(httptest.NewTLSServer(http.NotFoundHandler()))
	defer secure.Close()
	old := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // what is refused
	old.StartTLS()
	defer old.Close()
	host := func(address string) string {
		return strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	}
	nginx := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "<html><center>The plain HTTP request was sent to HTTPS port</center></html>")
	}))
	defer nginx.Close()
	for name, c := range map[string]struct {
		target string
		want   fetch.Kind
		says   string
	}{
		"plain HTTP to https":      {"https://" + host(plain.URL), fetch.PlainHTTP, "speaks plain HTTP: use http://"},
		"https to plain HTTP":      {"http://" + host(secure.URL), fetch.SpeaksTLS, "speaks TLS: use https://"},
		"the same of another":      {nginx.URL, fetch.SpeaksTLS, "speaks TLS: use https://"},
		"an alert to plain HTTP":   {"http://" + raw(t, "\x15\x03\x03\x00\x02\x02\x46"), fetch.SpeaksTLS, "use https://"},
		"neither TLS nor HTTP":     {"https://" + raw(t, "SSH-2.0-secret\r\n"), fetch.NotTLS, "not TLS"},
		"something else than HTTP": {"http://" + raw(t, "SSH-2.0-secret\r\n"), fetch.NotHTTP, "not HTTP"},
		"nothing listens":          {"https://" + closedPort(t), fetch.Refused, "connection refused: nothing listens at"},
		"closed":                   {"http://" + raw(t, ""), fetch.Closed, "closed the connection"},
		"closed in the handshake":  {"https://" + raw(t, ""), fetch.Closed, "closed the connection"},
		"an old version of TLS":    {old.URL, fetch.TLSVersion, "no version of TLS that is accepted here"},
		"another authority":        {secure.URL, fetch.Certificate, "is not accepted: tls: failed to verify certificate: x509: "},
	} {
		t.Run(name, func(t *testing.T) {
			transport := fetch.NewTransport(nil)
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: fetch.Explain(transport), Timeout: time.Minute}
			resp, err := client.Get(c.target)
			if err == nil {
				resp.Body.Close()
				t.Fatal("an answer")
			}
			described, ok := errors.AsType[*fetch.Error](err)
			if !ok || described.Kind != c.want || !strings.Contains(err.Error(), c.says) || !strings.Contains(described.Error(), host(c.target)) {
				t.Errorf("%v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("what the other side sent is repeated: %v", err)
			}
		})
	}
}

func TestHandshakeThatTheServerEnds(t *testing.T) {
	environment(t, "", "")
	demanding := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	demanding.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	demanding.StartTLS()
	defer demanding.Close()
	transport := fetch.NewTransport(&tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the server is the test's
	defer transport.CloseIdleConnections()
	_, err := (&http.Client{Transport: fetch.Explain(transport)}).Get(demanding.URL)
	if described, ok := errors.AsType[*fetch.Error](err); !ok || described.Kind != fetch.Handshake {
		t.Errorf("%v", err)
	}
}

// TestNamesAndTimes is about failures that no socket of this machine makes.
func TestNamesAndTimes(t *testing.T) {
	target := &url.URL{Scheme: "https", Host: "hydra.example:4444"}
	for _, c := range []struct {
		err  error
		want fetch.Kind
		says string
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "hydra.example", IsNotFound: true}}, fetch.NameUnknown, "no such host: the name in hydra.example:4444"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "timeout", Name: "hydra.example", IsTimeout: true}}, fetch.NameServer, "name server"},
		{context.DeadlineExceeded, fetch.TimedOut, "timeout: no answer from hydra.example:4444"},
		{&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, fetch.TimedOut, "timeout"},
		{errors.New("odd, with a secret"), fetch.Unknown, "no HTTP answer from hydra.example:4444"},
	} {
		got := fetch.Describe(c.err, target)
		if got.Kind != c.want || !strings.Contains(got.Error(), c.says) || strings.Contains(got.Error(), "secret") || !errors.Is(got, c.err) {
			t.Errorf("%v: %s, %v", c.err, got.Kind, got)
		}
		if again := fetch.Describe(errors.Join(got), &url.URL{Host: "elsewhere"}); again != got {
			t.Errorf("%v is described twice", c.err)
		}
	}
}

func TestAnswersStayWhole(t *testing.T) {
	environment(t, "", "")
	body := strings.Repeat("bad request ", 4000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	transport := fetch.NewTransport(nil)
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: fetch.Explain(transport)}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != body {
		t.Errorf("%d bytes of %d, %v", len(got), len(body), err)
	}
}

func TestWhoGivesUpIsNotToldOfATimeout(t *testing.T) {
	environment(t, "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	transport := fetch.NewTransport(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+closedPort(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fetch.Explain(transport).RoundTrip(req)
	if _, described := errors.AsType[*fetch.Error](err); described || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
