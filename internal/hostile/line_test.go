package hostile

import (
	"bufio"
	"crypto/tls"
	"io"
	"testing"
)

// line is a connection that stays open for several requests.
type line struct {
	conn *tls.Conn
	in   *bufio.Reader
}

// open connects as the shot says, without sending it.
func open(t *testing.T, s *shot) *line {
	t.Helper()
	conn, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &line{conn: conn, in: bufio.NewReader(conn)}
}

func (l *line) exchange(wire []byte) *reply { return exchange(l.conn, l.in, wire) }

func (l *line) write(t *testing.T, data string) {
	t.Helper()
	if _, err := io.WriteString(l.conn, data); err != nil {
		t.Fatal(err)
	}
}
