package hostile

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// reply is what came back over one connection.
type reply struct {
	status int
	header http.Header
	body   []byte
	closed bool  // the server ended the connection after it
	err    error // in place of an answer
}

// dial connects to the agent as the shot says. The caller closes.
func (s *shot) dial() (*tls.Conn, error) {
	cfg := &tls.Config{
		InsecureSkipVerify: true, // the suite tests the server, not itself
		NextProtos:         []string{"http/1.1"},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if s.cert == nil {
				return &tls.Certificate{}, nil
			}
			return s.cert, nil
		},
	}
	if s.tls != nil {
		s.tls(cfg)
	}
	raw, err := net.Dial("tcp", s.h.Addr().String())
	if err != nil {
		return nil, err
	}
	_ = raw.SetDeadline(time.Now().Add(patience))
	if tcp, ok := raw.(*net.TCPConn); ok && s.small {
		_ = tcp.SetReadBuffer(4096)
	}
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(s.t.Context()); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// send fires the shot over a connection of its own.
func (s *shot) send() *reply {
	s.t.Helper()
	return s.sendWire(s.bytes())
}

// sendWire is send for other goroutines than the test's.
func (s *shot) sendWire(wire []byte) *reply {
	conn, err := s.dial()
	if err != nil {
		return &reply{err: err}
	}
	defer conn.Close()
	got := exchange(conn, bufio.NewReader(conn), wire)
	if got.err == nil && !got.closed {
		got.closed = ended(conn)
	}
	return got
}

// exchange writes while it reads: a server may answer, and hang up, before it
// has read everything.
func exchange(conn net.Conn, in *bufio.Reader, wire []byte) *reply {
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = conn.Write(wire)
	}()
	method, _, _ := bytes.Cut(wire, []byte(" "))
	got := read(in, string(method))
	if got.err != nil || got.closed {
		conn.Close() // a writer that nobody reads from must end too
	}
	<-written
	return got
}

func read(in *bufio.Reader, method string) *reply {
	resp, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		return &reply{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return &reply{status: resp.StatusCode, header: resp.Header, body: body, closed: resp.Close, err: err}
}

// ended tells whether the server closes an idle connection within a moment.
func ended(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := conn.Read(make([]byte, 1))
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

// rpcError is the one shape of every refusal.
type rpcError struct {
	JSONRPC string
	ID      json.RawMessage
	Result  json.RawMessage
	Error   *struct {
		Code    int
		Message string
		Data    json.RawMessage
	}
}

// refusalData is the data of a refusal of this agent's own.
type refusalData struct{ Reason, Gate, RequestID, Hint string }

func (r *reply) parse(t *testing.T) (rpcError, refusalData) {
	t.Helper()
	var parsed rpcError
	if err := json.Unmarshal(r.body, &parsed); err != nil {
		t.Fatalf("answer %d %q: %v", r.status, r.body, err)
	}
	var data refusalData
	if parsed.Error == nil {
		return parsed, data
	}
	var details []struct{ Metadata refusalData } // as callers of A2A 1.0 get it
	switch text := string(parsed.Error.Data); {
	case strings.HasPrefix(text, "{"):
		if err := json.Unmarshal(parsed.Error.Data, &data); err != nil {
			t.Fatal(err)
		}
	case strings.HasPrefix(text, "["):
		if err := json.Unmarshal(parsed.Error.Data, &details); err != nil || len(details) != 1 {
			t.Fatalf("%d details, %v: %s", len(details), err, text)
		}
		data = details[0].Metadata
	}
	return parsed, data
}
