package hostile

import (
	"crypto/tls"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// serverRows are what net/http would answer, or wait for, without the gates.
func serverRows() []row {
	whole := want{status: 405, code: -31400, gate: "route"}
	return []row{
		{number: 162, reason: "method_not_allowed", sent: "OPTIONS and other methods on `*`, CONNECT to an authority", want: whole, cases: cases{
			"options": both(target("OPTIONS", "*"), noCredentials), "options by a caller": target("OPTIONS", "*"), "get": both(target("GET", "*"), noCredentials), "post": target("POST", "*"), "odd": target("FROB", "*"),
			"absolute without path": edit("POST / ", "OPTIONS http://agent.example "), "authority": edit("POST / ", "CONNECT agent.example:443 "),
		}},
		{number: 162, reason: "connection_age", sent: "`OPTIONS *` on an old connection", gets: "405 with the request's id, connection closed", run: oldOptions},
		{number: 162, reason: "body_timeout", sent: "a request to refuse whose body does not come", gets: "the refusal within LIMITS__BODY_TIMEOUT, connection closed", with: "LIMITS__BODY_TIMEOUT=300ms LIMITS__WRITE_TIMEOUT=300ms", run: refusedWithoutBody},
		{number: 162, reason: "h2c", sent: "an upgrade to HTTP/2 in clear text, and the preface of HTTP/2, over HTTP/1.1", gets: "the upgrade is ignored: 200 to an honest request; the preface is 405, connection closed", run: clearHTTP2},
		{number: 162, reason: "expect", sent: "`Expect: 100-continue` by a stranger", gets: "401 at once, never 100", run: strangerExpects},
		{number: 176, reason: "header_timeout", sent: "HTTP/2 at a byte now and then: a header, a header in CONTINUATION frames, a header without end, a frame's first bytes, other frames, on a connection that was served before", gets: "connection closed within LIMITS__HEADER_TIMEOUT", with: "LIMITS__HEADER_TIMEOUT=500ms", run: slowFrames},
		{number: 176, reason: "first_bytes", sent: "three bytes of a second request over HTTP/1.1, a part of a TLS record in either version, and then nothing", gets: "connection closed within LIMITS__HEADER_TIMEOUT", with: "LIMITS__HEADER_TIMEOUT=500ms", run: firstBytes},
		{number: 176, reason: "data_timeout", sent: "a DATA frame at a byte now and then whose stream is over", gets: "connection closed within LIMITS__BODY_TIMEOUT", with: "LIMITS__BODY_TIMEOUT=500ms LIMITS__HEADER_TIMEOUT=200ms", run: slowData},
		{number: 176, reason: "not_http2", sent: "HTTP/1.1 by a client that agreed on HTTP/2", gets: "400, connection closed", run: brokenAgreement},
	}
}

func oldOptions(t *testing.T, h *house) {
	s := aim(t, h)
	line := open(t, s)
	const options = "OPTIONS * HTTP/1.1\r\nHost: agent.example\r\n\r\n"
	w := want{status: 405, code: -31400, gate: "route"}
	line.write(t, options)
	w.check(t, read(line.in, "OPTIONS"), "method_not_allowed")
	h.clock.advance(time.Hour)
	defer h.clock.advance(-time.Hour)
	before := h.trace(t)
	line.write(t, options)
	got := read(line.in, "OPTIONS")
	w.closed = true
	w.check(t, got, "method_not_allowed")
	w.checkTrace(t, h, before, "method_not_allowed")
	if allow := got.header.Get("Allow"); allow != "DELETE, GET, HEAD, POST" {
		t.Errorf("Allow: %q", allow)
	}
}

// refusedWithoutBody: net/http waits for the body before it answers.
func refusedWithoutBody(t *testing.T, h *house) {
	for name, s := range map[string]spoil{"options": target("OPTIONS", "*"), "get": target("GET", "/")} {
		t.Run(name, func(t *testing.T) {
			shot := aim(t, h)
			both(s, announced("1000"))(shot)
			want{status: 405, code: -31400, gate: "route", closed: true}.refuses(shot, "method_not_allowed")
		})
	}
}

func clearHTTP2(t *testing.T, h *house) {
	s := aim(t, h)
	both(extra("Connection", "Upgrade, HTTP2-Settings"), extra("Upgrade", "h2c"), extra("HTTP2-Settings", "AAMAAABkAAQAAP__"))(s)
	ok.refuses(s, "")
	before := h.trace(t)
	line := open(t, aim(t, h))
	line.write(t, http2.ClientPreface)
	w := want{status: 405, code: -31400, gate: "route", closed: true}
	w.check(t, read(line.in, "PRI"), "method_not_allowed")
	w.checkTrace(t, h, before, "method_not_allowed")
}

func strangerExpects(t *testing.T, h *house) {
	line := open(t, aim(t, h))
	line.write(t, "POST / HTTP/1.1\r\nHost: agent.example\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
	began := time.Now()
	want{status: 401, code: -31401, gate: "token", closed: true}.check(t, read(line.in, "POST"), "auth_missing")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("after %s, as if its body were waited for", took)
	}
}

// slowFrames: each way begins well and then comes byte by byte for longer than
// the idle time of the connection would end it.
func slowFrames(t *testing.T, h *house) {
	for name, way := range map[string]func(*h2) (string, error){
		"header": func(c *h2) (string, error) {
			return c.bytes(func() error {
				return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: append(c.block(), c.padding()...), EndHeaders: true, EndStream: true})
			})
		},
		"continuations": func(c *h2) (string, error) {
			return c.bytes(func() error {
				err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: c.block()})
				for range 500 {
					if err == nil {
						err = c.framer.WriteContinuation(3, false, nil)
					}
				}
				return err
			})
		},
		"no end": func(c *h2) (string, error) {
			err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: c.block()})
			return "", err
		},
		"first bytes": func(*h2) (string, error) { return "\x00", nil },
		"settings": func(c *h2) (string, error) {
			return c.bytes(func() error { return c.framer.WriteSettings(make([]http2.Setting, 1000)...) })
		},
		"unknown": func(c *h2) (string, error) {
			return c.bytes(func() error { return c.framer.WriteRawFrame(0xbe, 0, 0, make([]byte, 5000)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := dialHTTP2(t, aim(t, h))
			c.served(t)
			rest, err := way(c)
			if err != nil {
				t.Fatal(err)
			}
			c.dies(t, rest)
		})
	}
	ok.refuses(aim(t, h), "")
}

// firstBytes: without them the connection would be idle.
func firstBytes(t *testing.T, h *house) {
	for name, begin := range map[string]func(*tls.Conn) error{
		"request": func(c *tls.Conn) error { _, err := c.Write([]byte("POS")); return err },
		"record":  func(c *tls.Conn) error { _, err := c.NetConn().Write([]byte("\x17\x03\x03\x00\x40abc")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			s := aim(t, h)
			line := open(t, s)
			ok.check(t, line.exchange(s.bytes()), "")
			dies(t, line.conn, begin)
		})
		if name == "record" {
			t.Run(name+" over HTTP2", func(t *testing.T) {
				c := dialHTTP2(t, aim(t, h))
				c.served(t)
				dies(t, c.conn, begin)
			})
		}
	}
}

func slowData(t *testing.T, h *house) {
	c := dialHTTP2(t, aim(t, h))
	c.served(t)
	rest, err := c.bytes(func() error { return c.framer.WriteData(1, false, make([]byte, 5000)) })
	if err != nil {
		t.Fatal(err)
	}
	c.dies(t, rest)
}

func brokenAgreement(t *testing.T, h *house) {
	s := aim(t, h)
	wire := s.bytes()
	s.tls = alpn("h2")
	before := h.trace(t)
	line := open(t, s)
	line.write(t, string(wire))
	if answer, err := io.ReadAll(line.conn); !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || err != nil {
		t.Errorf("answer %q, %v", answer, err)
	}
	if did := h.trace(t).since(before); did.executed != 0 || len(did.decisions) != 0 {
		t.Errorf("trace %+v", did)
	}
}
