package hostile

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

func alpn(protocols ...string) func(*tls.Config) {
	return func(c *tls.Config) { c.NextProtos = protocols }
}

// served has one request answered, so that the connection is not young.
func (c *h2) served(t *testing.T) {
	t.Helper()
	if err := errors.Join(c.headers(1, true), c.out.Flush()); err != nil {
		t.Fatal(err)
	}
	if got := c.read(); got.err != nil || got.status != 200 {
		t.Fatalf("answer %d, %v", got.status, got.err)
	}
}

// bytes returns what write would have sent.
func (c *h2) bytes(write func() error) (string, error) {
	var b bytes.Buffer
	framer := c.framer
	c.framer = http2.NewFramer(&b, nil)
	c.framer.AllowIllegalWrites = true
	err := write()
	c.framer = framer
	return b.String(), err
}

// dies sends rest byte by byte and then nothing.
func (c *h2) dies(t *testing.T, rest string) {
	t.Helper()
	if err := c.out.Flush(); err != nil {
		t.Fatal(err)
	}
	dies(t, c.conn, func(conn *tls.Conn) error {
		drip(t, conn, rest)
		return nil
	})
}

// dies begins something and wants the connection to be ended by the agent long
// before it would be idle.
func dies(t *testing.T, conn *tls.Conn, begin func(*tls.Conn) error) {
	t.Helper()
	began := time.Now()
	if err := begin(conn); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is open")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("closed after %s", took)
	}
}
