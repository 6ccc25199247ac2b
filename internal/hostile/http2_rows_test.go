package hostile

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// http2Rows are A4 96: floods below any request.
func http2Rows() []row {
	flood := func(name, sent string, attack func(*h2, int) error) row {
		return row{number: 96, reason: name, sent: sent, gets: "connection closed; others are served meanwhile, nothing is left behind",
			with: "LIMITS__WRITE_TIMEOUT=300ms",
			run:  func(t *testing.T, h *house) { survives(t, h, mustClose, attack) }}
	}
	return []row{
		flood("rapid_reset", "HTTP/2 streams without end, each reset at once", func(c *h2, i int) error {
			if err := c.headers(uint32(2*i+1), true); err != nil {
				return err
			}
			return c.framer.WriteRSTStream(uint32(2*i+1), http2.ErrCodeCancel)
		}),
		flood("continuation_flood", "CONTINUATION frames without end", func(c *h2, i int) error {
			if i == 0 {
				return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.block()})
			}
			return c.framer.WriteContinuation(1, false, c.padding())
		}),
		{number: 96, reason: "settings_flood", sent: "100,000 SETTINGS frames whose acknowledgements nobody reads", gets: "one acknowledgement waits at a time; others are served meanwhile, nothing is left behind",
			run: func(t *testing.T, h *house) {
				survives(t, h, 100_000, func(c *h2, _ int) error {
					return c.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 16})
				})
			}},
		flood("ping_flood", "PING frames whose answers nobody reads", func(c *h2, _ int) error {
			return c.framer.WritePing(false, [8]byte{1})
		}),
		{number: 96, reason: "header_bomb", sent: "a small HPACK block that grows to 12 MB, again and again", gets: "431 for each; others are served meanwhile, nothing is left behind", run: headerBomb},
		{number: 96, reason: "zero_window", sent: "a request whose answer may never be sent: window 0", gets: "connection closed, nothing is left behind", with: "LIMITS__WRITE_TIMEOUT=300ms", run: zeroWindow},
	}
}

// h2 is a client that obeys nobody.
type h2 struct {
	conn   *tls.Conn
	out    *bufio.Writer // many frames go in one write
	framer *http2.Framer
	buf    bytes.Buffer
	enc    *hpack.Encoder
	fixed  []byte // the bomb
}

// attacker dials as somebody who reads little of what is answered.
func attacker(t *testing.T, h *house, settings ...http2.Setting) *h2 {
	t.Helper()
	s := aim(t, h)
	s.small = true
	return dialHTTP2(t, s, settings...)
}

func dialHTTP2(t *testing.T, s *shot, settings ...http2.Setting) *h2 {
	t.Helper()
	s.tls = func(c *tls.Config) { c.NextProtos = []string{"h2"} }
	conn, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if conn.ConnectionState().NegotiatedProtocol != "h2" {
		t.Fatal("HTTP/2 is not offered")
	}
	c := &h2{conn: conn, out: bufio.NewWriterSize(conn, 16<<10)}
	c.framer = http2.NewFramer(c.out, conn)
	c.enc = hpack.NewEncoder(&c.buf)
	if _, err := io.WriteString(c.out, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := c.framer.WriteSettings(settings...); err != nil {
		t.Fatal(err)
	}
	return c
}

// block encodes the header of a request for a public document.
func (c *h2) block(more ...hpack.HeaderField) []byte {
	c.buf.Reset()
	for _, f := range append([]hpack.HeaderField{
		{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "agent.example"}, {Name: ":path", Value: "/.well-known/agent.json"},
	}, more...) {
		_ = c.enc.WriteField(f)
	}
	return bytes.Clone(c.buf.Bytes())
}

func (c *h2) padding() []byte {
	c.buf.Reset()
	_ = c.enc.WriteField(hpack.HeaderField{Name: "x-padding", Value: strings.Repeat("a", 1000), Sensitive: true})
	return bytes.Clone(c.buf.Bytes())
}

// bomb names one large field of the table again and again.
func (c *h2) bomb() []byte {
	if c.fixed != nil {
		return c.fixed
	}
	large := hpack.HeaderField{Name: "x-bomb", Value: strings.Repeat("a", 3000)}
	fields := make([]hpack.HeaderField, 4000)
	for i := range fields {
		fields[i] = large
	}
	c.fixed = c.block(fields...)
	return c.fixed
}

func (c *h2) headers(stream uint32, end bool) error {
	return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: c.block(), EndHeaders: true, EndStream: end})
}

// clogged is when a write is given up. Who reads nothing may not hear either
// that the other end is gone: in the segments that its kernel drops for want of
// room are the acknowledgements of what it sends.
const clogged = 10 * time.Second

// mustClose is how often no connection may be attacked and live.
const mustClose = 1_000_000

// survives attacks until the connection is closed, at most limit times, and
// asks honestly meanwhile and afterwards.
func survives(t *testing.T, h *house, limit int, attack func(*h2, int) error) {
	base := runtime.NumGoroutine()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c := attacker(t, h)
	sent, err := 0, error(nil)
	for ; sent < limit && err == nil; sent++ {
		if sent%500 == 0 {
			_ = c.conn.SetDeadline(time.Now().Add(clogged))
		}
		err = attack(c, sent)
		if sent == 50 {
			ok.refuses(aim(t, h), "")
		}
	}
	if err == nil {
		err = c.out.Flush()
	}
	t.Logf("%d frames, then %v", sent, err)
	if limit == mustClose && (err == nil || !closes(c, err)) {
		t.Error("the connection was not closed")
	}
	c.conn.Close()
	began := time.Now()
	ok.refuses(aim(t, h), "")
	if took := time.Since(began); took > room {
		t.Errorf("an honest request took %s", took)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	eventually(t, "the goroutines are gone", func() bool { return runtime.NumGoroutine() <= base+10 })
}

// closes tells whether the server ended the connection. A write that ran out of
// time does not prove it; then the end must be there to be read.
func closes(c *h2, err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	_, err = io.Copy(io.Discard, c.conn)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

func headerBomb(t *testing.T, h *house) {
	survives(t, h, 100, func(c *h2, i int) error {
		return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: c.bomb(), EndHeaders: true, EndStream: true})
	})
	c := attacker(t, h)
	if err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.bomb(), EndHeaders: true, EndStream: true}); err != nil {
		t.Fatal(err)
	}
	if err := c.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := c.read(); got.err != nil || got.status != 431 {
		t.Errorf("answer %d, %v", got.status, got.err)
	}
}

func zeroWindow(t *testing.T, h *house) {
	base := runtime.NumGoroutine()
	c := attacker(t, h, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	for i := range 20 {
		if err := c.headers(uint32(2*i+1), true); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.out.Flush(); err != nil {
		t.Fatal(err)
	}
	ok.refuses(aim(t, h), "")
	eventually(t, "the streams are given up", func() bool { return runtime.NumGoroutine() <= base+10 })
}
