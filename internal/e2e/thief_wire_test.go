package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// rawRequest is one of HTTP/1.1 as it is written, whatever stands in it.
type rawRequest struct {
	method, target string
	header         []field
	body           []byte
}

type field struct{ name, value string }

// with returns the message with one more header.
func (m rawRequest) with(name, value string) rawRequest {
	m.header = append(append([]field{}, m.header...), field{name, value})
	return m
}

func (m rawRequest) has(name string) bool {
	for _, h := range m.header {
		if strings.EqualFold(h.name, name) {
			return true
		}
	}
	return false
}

func (m rawRequest) bytes(host string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", m.method, m.target)
	if !m.has("Host") {
		fmt.Fprintf(&b, "Host: %s\r\n", host)
	}
	for _, h := range m.header {
		fmt.Fprintf(&b, "%s: %s\r\n", h.name, h.value)
	}
	if !m.has("Content-Length") && !m.has("Transfer-Encoding") {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(m.body))
	}
	b.WriteString("\r\n")
	b.Write(m.body)
	return b.Bytes()
}

// String is for failures.
func (m rawRequest) String() string { return fmt.Sprintf("%.3000q", m.bytes("")) }

// answer is what came back; status is 0 where nothing did.
type answer struct {
	status int
	header http.Header
	body   string
}

// wire is a connection to one program, made anew when it has ended. Everything that
// comes over it goes into the bag.
type wire struct {
	host string
	tls  *tls.Config // nil: plain HTTP
	bag  *bag
	conn net.Conn
	r    *bufio.Reader
}

// wirePatience is how long a thief waits: long enough for every answer.
const wirePatience = 20 * time.Second

func (w *wire) send(m rawRequest) answer {
	for range 2 { // a connection that was kept may have ended meanwhile
		kept := w.conn != nil
		a, err := w.try(m)
		if err == nil {
			w.bag.add(a, m.bytes(w.host))
			return a
		}
		w.close()
		if !kept {
			break
		}
	}
	return answer{}
}

func (w *wire) try(m rawRequest) (a answer, err error) {
	if err := w.connect(); err != nil {
		return a, err
	}
	if err := w.conn.SetDeadline(time.Now().Add(wirePatience)); err != nil {
		return a, err
	}
	if _, err := w.conn.Write(m.bytes(w.host)); err != nil {
		return a, err
	}
	resp, err := http.ReadResponse(w.r, &http.Request{Method: strings.ToUpper(m.method)})
	for err == nil && resp.StatusCode < 200 { // 100 Continue
		resp, err = http.ReadResponse(w.r, &http.Request{Method: strings.ToUpper(m.method)})
	}
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return a, err
	}
	if resp.Close || resp.StatusCode == http.StatusBadRequest { // after which no two agree where the next begins
		w.close()
	}
	return answer{resp.StatusCode, resp.Header, string(body)}, nil
}

func (w *wire) connect() (err error) {
	if w.conn != nil {
		return nil
	}
	d := &net.Dialer{Timeout: wirePatience}
	if w.tls == nil {
		w.conn, err = d.Dial("tcp", w.host)
	} else {
		var conn *tls.Conn
		if conn, err = tls.DialWithDialer(d, "tcp", w.host, w.tls); err == nil {
			w.conn = conn
		}
	}
	if err == nil {
		w.r = bufio.NewReader(w.conn)
	}
	return err
}

func (w *wire) close() {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}
