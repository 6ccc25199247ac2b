package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// A connection without TLS is told from one of HTTP/1 by how it begins, however its bytes
// come, and once.
func TestHTTP2WithoutTLSIsKnownByItsPreface(t *testing.T) {
	for name, tt := range map[string]struct {
		pieces []string
		at     int // the piece with which it is known, -1 for none
	}{
		"at once":       {[]string{preface + "more"}, 0},
		"in two":        {[]string{preface[:5], preface[5:]}, 1},
		"and no more":   {[]string{preface, preface}, 0},
		"HTTP/1":        {[]string{"POST / HTTP/1.1\r\n"}, -1},
		"begins alike":  {[]string{"PRI", "NT / HTTP/1.1\r\n"}, -1},
		"not any more":  {[]string{"G", preface}, -1},
		"not yet whole": {[]string{preface[:len(preface)-1]}, -1},
	} {
		w, at := &watched{}, -1
		for i, piece := range tt.pieces {
			if w.beginsHTTP2([]byte(piece)) {
				if at >= 0 {
					t.Errorf("%s: twice", name)
				}
				at = i
			}
		}
		if at != tt.at {
			t.Errorf("%s: known with piece %d, want %d", name, at, tt.at)
		}
	}
}

// Only a port that is told to speaks HTTP/2 without TLS.
func TestOnlyAPortThatIsToldToSpeaksHTTP2WithoutTLS(t *testing.T) {
	for _, speaks := range []bool{true, false} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start(Config{
			Listener: ln, HTTP2: speaks, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }),
			Limits:   Limits{Connections: 10, ConnectionsPerPeer: 10, HeaderBytes: 8 << 10, Resets: 10},
			Timeouts: Timeouts{Header: 20 * time.Second, Body: 20 * time.Second, Write: 20 * time.Second, Idle: 20 * time.Second},
		})
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{Protocols: new(http.Protocols)}
		transport.Protocols.SetUnencryptedHTTP2(true)
		said := ""
		for range 2 { // the second on the same connection
			resp, err := (&http.Client{Transport: transport}).Get("http://" + ln.Addr().String())
			if err != nil {
				break
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			said += string(body)
		}
		if (said == "HTTP/2.0HTTP/2.0") != speaks || !speaks && said != "" {
			t.Errorf("told to: %v, said %q", speaks, said)
		}
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

// A port that speaks HTTP/2 bounds what its connections may cancel.
func TestHTTP2WithoutTLSNeedsABoundOfResets(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c := Config{
		Listener: ln, Handler: http.NotFoundHandler(), Limits: Limits{Connections: 1, ConnectionsPerPeer: 1, HeaderBytes: 1},
		Timeouts: Timeouts{Header: 1, Body: 1, Write: 1, Idle: 1},
	}
	if err := c.check(); err != nil {
		t.Errorf("HTTP/1 alone: %v", err)
	}
	c.HTTP2 = true
	if c.check() == nil {
		t.Error("HTTP/2 without a bound is served")
	}
}
