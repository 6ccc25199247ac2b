package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"time"
)

// patience bounds each wait for something that ought to come at once.
const patience = time.Minute

// connection is a client's HTTP/1.1 connection. It does less than that of
// net/http, so that the load costs less than what it measures.
type connection struct {
	*tls.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

// connect dials host and ends the handshake as far as a client of TLS 1.3 can:
// the server looks at the client's certificate with the first request.
func connect(ctx context.Context, host string, config *tls.Config) (*connection, error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return &connection{Conn: conn, in: bufio.NewReader(conn)}, nil
}

// exchange sends a request as encode made it and returns the answer's status and
// body, which the next exchange overwrites.
func (c *connection) exchange(request []byte) (status int, body []byte, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, nil, err
	}
	status, length, err := readHead(c.in)
	if err != nil {
		return 0, nil, err
	}
	c.body.Reset()
	if length >= 0 {
		_, err = io.CopyN(&c.body, c.in, length)
		return status, c.body.Bytes(), err
	}
	if _, err = c.body.ReadFrom(httputil.NewChunkedReader(c.in)); err == nil {
		_, err = c.in.ReadSlice('\n') // after the last chunk; nobody here sends trailers
	}
	return status, c.body.Bytes(), err
}

// errAnswer means that an answer is not such as the measured servers send.
var errAnswer = errors.New("unexpected answer")

// readHead reads status line and header. The length is -1 for a chunked body.
func readHead(in *bufio.Reader) (status int, length int64, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) || len(line) < len("HTTP/1.1 200") {
		return 0, 0, fmt.Errorf("%w: %.100q", errAnswer, line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("%w: %.100q", errAnswer, line)
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if !ok {
			return status, length, nil
		}
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, 0, fmt.Errorf("%w: %.100q", errAnswer, line)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			length = -1
		}
	}
}

// encode makes the bytes of a request, so that no time goes into it later.
func encode(method, host, path string, header http.Header, body []byte) []byte {
	var out bytes.Buffer
	out.Grow(512 + len(body))
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, host)
	for name, values := range header {
		for _, value := range values {
			fmt.Fprintf(&out, "%s: %s\r\n", name, value)
		}
	}
	if method == http.MethodPost {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
	}
	out.WriteString("\r\n")
	out.Write(body)
	return slices.Clip(out.Bytes())
}
