package gate_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// closedWindow asks over HTTP/2 for an answer and takes none of it.
type closedWindow struct {
	*http2.Framer
	conn net.Conn
}

// dialClosed sends the request r and returns once its answer has begun.
func dialClosed(t *testing.T, address string, r *http.Request, body string) closedWindow {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	c := closedWindow{http2.NewFramer(conn, conn), conn}
	c.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	write := func(name, value string) { _ = enc.WriteField(hpack.HeaderField{Name: name, Value: value}) }
	write(":method", r.Method)
	write(":scheme", "https")
	write(":authority", "agent.test")
	write(":path", r.URL.RequestURI())
	write("content-length", strconv.Itoa(len(body)))
	for name, values := range r.Header {
		write(strings.ToLower(name), values[0])
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = io.WriteString(conn, http2.ClientPreface)
	must(err)
	must(c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}))
	must(c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
	must(c.WriteData(1, true, []byte(body)))
	return c
}

// until reads frames until the stream ends or its answer begins, and counts its bytes.
func (c closedWindow) until(t *testing.T, begun bool) (n int, reset bool) {
	t.Helper()
	for {
		frame, err := c.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if begun {
				return 0, false
			}
		case *http2.DataFrame:
			n += len(f.Data())
			if f.StreamEnded() {
				return n, false
			}
		case *http2.RSTStreamFrame:
			return n, true
		}
	}
}

// The answer waits in a closed window while the token is revoked; then the window opens.
func TestHostile120AWindowThatOpensLate(t *testing.T) {
	for name, revoked := range map[string]bool{"still proved": false, "revoked meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, behind(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(1<<20))
				_, _ = w.Write(make([]byte, 1<<20))
			}))
			r := b.request(signature.Reference, testBody)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, got *http.Request) {
				got.TLS = r.TLS
				b.chain.ServeHTTP(w, got)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			c := dialClosed(t, server.Listener.Addr().String(), r, testBody)
			c.until(t, true)
			if revoked {
				clock.Add(int64(6 * time.Second))
				b.set(func() { b.tokenErr = oauth.ErrInactive })
			}
			for _, stream := range []uint32{0, 1} {
				if err := c.WriteWindowUpdate(stream, 4<<20); err != nil {
					t.Fatal(err)
				}
			}
			n, reset := c.until(t, false)
			if reset != revoked || !revoked && n != 1<<20 || revoked && n > 16<<10 {
				t.Errorf("%d bytes came, the stream was reset: %v", n, reset)
			}
		})
	}
}
