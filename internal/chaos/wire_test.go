package chaos

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// paddingBytes is what one CONTINUATION frame of a flood carries.
const paddingBytes = 16 << 10

// wire is an HTTP/2 connection of somebody who obeys nobody.
type wire struct {
	conn    *tls.Conn
	out     bytes.Buffer // many frames go in one write
	framer  *http2.Framer
	fields  bytes.Buffer
	encoder *hpack.Encoder
	padding []byte
	reading sync.WaitGroup
	code    string // of the GOAWAY that came, once reading is over
}

// newWire connects. Without reads the answers are left where they are, and
// there is little room for them.
func newWire(t *testing.T, p *process, config *tls.Config, reads bool) *wire {
	t.Helper()
	raw, err := dialFrom(t, p, net.IPv4(127, 0, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	if !reads {
		if err := raw.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
	}
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	a := &wire{conn: tls.Client(raw, config)}
	t.Cleanup(a.close)
	if err := a.conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.framer = http2.NewFramer(&a.out, a.conn)
	a.encoder = hpack.NewEncoder(&a.fields)
	a.out.WriteString(http2.ClientPreface)
	if err := a.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	if reads {
		a.reading.Go(a.read)
	}
	return a
}

// read takes everything, and notes how the agent says goodbye.
func (a *wire) read() {
	for {
		frame, err := a.framer.ReadFrame()
		if err != nil {
			return
		}
		if goodbye, ok := frame.(*http2.GoAwayFrame); ok {
			a.code = goodbye.ErrCode.String()
		}
	}
}

// attack writes frames until that many are sent or the connection is closed.
func (a *wire) attack(write func(*wire, uint32) error, limit int) (sent int, err error) {
	for sent < limit {
		for a.out.Len() < 16<<10 && sent < limit {
			if err := write(a, uint32(sent)); err != nil {
				return sent, err
			}
			sent++
		}
		if err := a.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return sent, err
		}
		_, err := a.conn.Write(a.out.Bytes())
		a.out.Reset()
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// untilClosed returns how the agent ended the connection, nil if it does not.
func (a *wire) untilClosed() error {
	if err := a.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, a.conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return errors.Join(io.EOF, err)
}

// close ends it and joins its goroutine; it may be called again.
func (a *wire) close() {
	a.conn.Close()
	a.reading.Wait()
}

// goodbye is the code of the GOAWAY that was read.
func (a *wire) goodbye() string {
	if a.code == "" {
		return "without a word"
	}
	return a.code
}

// reset asks for a public document and takes it back.
func (a *wire) reset(i uint32) error {
	if err := a.headers(2*i+1, true); err != nil {
		return err
	}
	return a.framer.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
}

func (a *wire) headers(stream uint32, end bool) error {
	a.fields.Reset()
	for _, f := range []hpack.HeaderField{
		{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "agent.example"}, {Name: ":path", Value: "/.well-known/agent.json"},
	} {
		if err := a.encoder.WriteField(f); err != nil {
			return err
		}
	}
	return a.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: a.fields.Bytes(), EndHeaders: end, EndStream: true})
}

// continuation goes on with a header that never ends.
func (a *wire) continuation(i uint32) error {
	if i == 0 {
		return a.headers(1, false)
	}
	if a.padding == nil {
		a.fields.Reset()
		for a.fields.Len() < paddingBytes-1100 {
			if err := a.encoder.WriteField(hpack.HeaderField{Name: "x-padding", Value: strings.Repeat("a", 1000), Sensitive: true}); err != nil {
				return err
			}
		}
		a.padding = bytes.Clone(a.fields.Bytes())
	}
	return a.framer.WriteContinuation(1, false, a.padding)
}

func (a *wire) ping(uint32) error { return a.framer.WritePing(false, [8]byte{1}) }

func (a *wire) settings(uint32) error {
	return a.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 16})
}
