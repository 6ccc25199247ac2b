package hostile

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/getbindu/bindu-go/internal/probe"
)

// limitRows are those that take too long or too many connections.
func limitRows() []row {
	return []row{
		{number: 90, reason: "header_timeout", sent: "a header at a byte now and then", gets: "connection closed within LIMITS__HEADER_TIMEOUT", with: "LIMITS__HEADER_TIMEOUT=300ms", run: slowHeader},
		{number: 90, reason: "body_timeout", sent: "a body at a byte now and then", gets: "408 within LIMITS__BODY_TIMEOUT, connection closed", with: "LIMITS__BODY_TIMEOUT=300ms", run: slowBody},
		{number: 90, reason: "write_timeout", sent: "a request whose large answer nobody reads", gets: "connection closed within LIMITS__WRITE_TIMEOUT", with: "LIMITS__WRITE_TIMEOUT=500ms LIMITS__REQUESTS_PER_DID=1", run: slowReader},
		{number: 103, reason: "connections_per_peer", sent: "more connections from one address than LIMITS__CONNECTIONS_PER_PEER", gets: "closed at once and counted; other addresses are served", with: "LIMITS__CONNECTIONS_PER_PEER=4", run: manyConnections},
	}
}

// drip writes data byte by byte until the other side has had enough.
func drip(t *testing.T, conn net.Conn, data string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer tick.Stop()
		for i := range len(data) {
			<-tick.C
			if _, err := conn.Write([]byte(data[i : i+1])); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
}

func slowHeader(t *testing.T, h *house) {
	line := open(t, aim(t, h))
	began := time.Now()
	drip(t, line.conn, "POST / HTTP/1.1\r\nX-Padding: "+strings.Repeat("a", 3000))
	answer, err := io.ReadAll(line.conn)
	if took := time.Since(began); took > 5*time.Second || strings.Contains(string(answer), "HTTP/1.1 2") {
		t.Errorf("after %s: %q, %v", took, answer, err)
	}
}

func slowBody(t *testing.T, h *house) {
	s := aim(t, h)
	head, body, _ := strings.Cut(string(s.bytes()), "\r\n\r\n")
	line := open(t, s)
	began, before := time.Now(), h.trace(t)
	line.write(t, head+"\r\n\r\n")
	drip(t, line.conn, body)
	w := want{status: http.StatusRequestTimeout, code: -31400, gate: "body", reach: atToken, closed: true}
	w.check(t, read(line.in, "POST"), "body_timeout")
	w.checkTrace(t, h, before, "body_timeout")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("after %s", took)
	}
	ok.refuses(aim(t, h), "")
}

// slowReader takes nothing of an answer that no socket buffer holds. While the
// agent tries to write it, the caller has a request in flight, its only one.
func slowReader(t *testing.T, h *house) {
	c := h.newCaller(t)
	s := aimAs(t, h, c)
	s.body = probe.Message("large 2000000")
	s.small = true
	line := open(t, s)
	line.write(t, string(s.bytes()))
	eventually(t, "it was executed", func() bool { return h.executed.Load() > 0 })
	want{status: 429, code: -31410, gate: "limit"}.check(t, aimAs(t, h, c).send(), "rate_limited")
	eventually(t, "the agent gives up", func() bool { return aimAs(t, h, c).send().status == http.StatusOK })
}

func manyConnections(t *testing.T, h *house) {
	s := aim(t, h)
	wire := s.bytes()
	var lines []*line
	for range 4 {
		lines = append(lines, open(t, s))
	}
	if got := s.sendWire(wire); got.err == nil {
		t.Fatalf("a fifth connection: %d", got.status)
	}
	if n := h.counter(t, "agent_connections_refused_total"); n != 1 {
		t.Errorf("%v counted", n)
	}
	ok.check(t, fromAnotherAddress(t, s, wire), "")
	lines[0].conn.Close()
	eventually(t, "there is room again", func() bool {
		got := aim(t, h).send()
		return got.err == nil && got.status == http.StatusOK
	})
}

// manyResets cancels requests while the agent waits for their bodies.
func manyResets(t *testing.T, h *house) {
	c := dialHTTP2(t, aim(t, h))
	cancel := func(stream uint32) {
		c.buf.Reset()
		for _, f := range []hpack.HeaderField{
			{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "agent.example"}, {Name: ":path", Value: "/did/resolve"},
			{Name: "content-type", Value: "application/json"},
		} {
			_ = c.enc.WriteField(f)
		}
		err := errors.Join(
			c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: c.buf.Bytes(), EndHeaders: true}),
			c.framer.WriteRSTStream(stream, http2.ErrCodeCancel))
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint32(3) {
		cancel(2*i + 3)
	}
	if err := errors.Join(c.headers(9, true), c.out.Flush()); err != nil {
		t.Fatal(err)
	}
	for stream := uint32(0); stream != 9; {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			t.Fatalf("three requests were cancelled: %v", err)
		}
		stream = frame.Header().StreamID
	}
	cancel(11)
	if err := c.out.Flush(); err != nil {
		t.Fatal(err)
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, c.conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a fourth was cancelled, and the connection is open")
	}
}

// fromAnotherAddress sends from 127.0.0.2, which is another peer.
func fromAnotherAddress(t *testing.T, s *shot, wire []byte) *reply {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	raw, err := dialer.DialContext(t.Context(), "tcp", s.h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(patience))
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{*s.cert}})
	return exchange(conn, bufio.NewReader(conn), wire)
}
