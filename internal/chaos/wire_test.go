package chaos

import (
	"bytes"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// paddingBytes is what one CONTINUATION frame of a flood carries.
const paddingBytes = 16 << 10

// clogged is how long nothing moves until nothing will.
const clogged = 3 * time.Second

// wire is an HTTP/2 connection of somebody who obeys nobody.
type wire struct {
	conn    *tls.Conn
	out     bytes.Buffer // many frames go in one write
	framer  *http2.Framer
	fields  bytes.Buffer
	encoder *hpack.Encoder
	padding []byte
	listen  func() // begins to read, if that has not begun
	reading sync.WaitGroup
	code    string        // of the GOAWAY that came, once reading is over
	ended   chan struct{} // closed when there is nothing more to read
	taken   chan struct{} // closed when our last PING was answered
}

// newWire connects. Without reads the answers are left where they are, and
// there is little room for them.
func newWire(t *testing.T, p *process, config *tls.Config, reads bool) (*wire, error) {
	raw, err := dialFrom(t, p, net.IPv4(127, 0, 3, 1))
	if err != nil {
		return nil, err
	}
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	a := &wire{conn: tls.Client(raw, config), ended: make(chan struct{}), taken: make(chan struct{})}
	t.Cleanup(a.close)
	if err := a.conn.HandshakeContext(t.Context()); err != nil {
		return nil, err
	}
	a.framer = http2.NewFramer(&a.out, a.conn)
	a.encoder = hpack.NewEncoder(&a.fields)
	a.out.WriteString(http2.ClientPreface)
	if err := a.framer.WriteSettings(); err != nil {
		return nil, err
	}
	a.listen = sync.OnceFunc(func() { a.reading.Go(a.read) })
	if reads {
		a.listen()
		return a, nil
	}
	return a, raw.(*net.TCPConn).SetReadBuffer(4 << 10)
}

// last is the PING whose answer shows that all before it was taken.
var last = [8]byte{1, 2, 3}

// read takes everything, and notes how the agent says goodbye.
func (a *wire) read() {
	defer close(a.ended)
	for {
		frame, err := a.framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.GoAwayFrame:
			a.code = f.ErrCode.String()
		case *http2.PingFrame:
			if f.Data == last {
				close(a.taken)
			}
		}
	}
}

// attack writes frames until that many are sent or no more are taken: the
// connection is closed, or an attacker who reads nothing has clogged it so that
// not even acknowledgements come through.
func (a *wire) attack(write func(*wire, uint32) error, limit int) (sent int, err error) {
	for sent < limit {
		for a.out.Len() < 16<<10 && sent < limit {
			if err := write(a, uint32(sent)); err != nil {
				return sent, err
			}
			sent++
		}
		if err := a.conn.SetWriteDeadline(time.Now().Add(clogged)); err != nil {
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

// untilTaken waits until the agent has taken all frames, and tells whether the
// connection outlived them. It reads what was not read so far.
func (a *wire) untilTaken() (open bool) {
	if a.framer.WritePing(false, last) != nil {
		return false
	}
	if _, err := a.conn.Write(a.out.Bytes()); err != nil {
		return false
	}
	a.listen()
	select {
	case <-a.taken:
		return true
	case <-a.ended:
		return false
	case <-time.After(patience):
		return true
	}
}

// untilEnded waits for the end of a connection that takes no more frames. One
// that was clogged need not end.
func (a *wire) untilEnded() {
	a.listen()
	select {
	case <-a.ended:
	case <-time.After(clogged):
	}
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
