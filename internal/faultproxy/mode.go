package faultproxy

import (
	"fmt"
	"net/http"
)

// Mode is what a [Proxy] does with its connections.
type Mode struct {
	name   string
	handle func(*conn)
}

// String returns the mode's name, for tests to be named after.
func (m Mode) String() string { return m.name }

// Pass lets everything through.
func Pass() Mode { return Mode{"pass", (*conn).pass} }

// Refuse resets each connection (RST) as soon as it is there.
func Refuse() Mode { return Mode{"refuse", (*conn).reset} }

// Blackhole takes connections and reads nothing, as a firewall does that drops.
func Blackhole() Mode { return Mode{"blackhole", (*conn).hold} }

// Hang reads what the client says and never answers.
func Hang() Mode { return Mode{"hang", (*conn).swallow} }

// Slow lets one byte a second of the answer through.
func Slow() Mode { return Mode{"slow", (*conn).crawl} }

// Garbage answers with bytes of no protocol.
func Garbage() Mode {
	return Mode{"garbage", func(c *conn) { c.answer([]byte("\x00\xff\x16\x03 this is no protocol \r\n\r\n\x80")) }}
}

// Truncated cuts the server's answer in its middle.
func Truncated() Mode { return Mode{"truncated", (*conn).truncate} }

// Status answers each request with an HTTP status; a redirect leads to Location
// "/elsewhere".
func Status(code int) Mode {
	body := `{"error":"by the proxy"}`
	if code == http.StatusNoContent {
		body = ""
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n",
		code, http.StatusText(code), len(body))
	if code/100 == 3 {
		head += "Location: /elsewhere\r\n"
	}
	return Mode{fmt.Sprintf("status %d", code), func(c *conn) { c.answer([]byte(head + "\r\n" + body)) }}
}
