package hostile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// rawRows are A4 as far as net/http answers before any gate.
func rawRows() []row {
	return []row{
		{number: 91, reason: "header_too_large", sent: "40 KB of header, 1000 fields, a request line of 1 MB", want: want{status: 431, closed: true}, cases: cases{
			"one field":   extra("X-Padding", strings.Repeat("a", 40_000)),
			"1000 fields": func(s *shot) { s.after(func() { manyFields(s, 1000) }) },
			"1 MB line":   edit("POST / ", "POST /"+strings.Repeat("a", 1<<20)+" "),
		}},
		{number: 92, reason: "malformed", sent: "two lengths, a signed length, no Host, two Hosts, NUL, a space before the colon, HTTP/0.9", gets: "400, connection closed", want: want{status: 400, closed: true}, cases: cases{
			"two lengths":      edit("Content-Length: ", "Content-Length: 1\r\nContent-Length: "),
			"+5":               edit("Content-Length: ", "Content-Length: +"),
			"abc":              edit("Content-Length: ", "Content-Length: abc"),
			"negative":         edit("Content-Length: ", "Content-Length: -"),
			"no Host":          edit("Host: agent.example\r\n", ""),
			"two Hosts":        edit("Host: ", "Host: other.example\r\nHost: "),
			"broken Host":      edit("Host: ", "Host: a b"),
			"NUL in a value":   edit("X-DID: ", "X-DID: \x00"),
			"NUL in a name":    edit("X-DID: ", "X-\x00DID: "),
			"CR in a value":    edit("X-DID: ", "X-DID: a\rb"),
			"space and colon":  edit("Host: ", "Host : "),
			"HTTP/0.9":         edit(" HTTP/1.1\r\n", "\r\n"),
			"no colon":         edit("Host: ", "Nonsense\r\nHost: "),
			"space in target":  edit("POST / ", "POST /a b "),
			"bad escape":       edit("POST / ", "POST /%zz "),
			"control in path":  edit("POST / ", "POST /\x01 "),
			"name of brackets": edit("Host: ", "[x]: y\r\nHost: "),
			"empty name":       edit("Host: ", ": y\r\nHost: "),
			"bad version":      edit("HTTP/1.1", "HTTP/x"),
			"odd coding":       edit("Content-Length: ", "Transfer-Encoding: \x0bchunked\r\nX-Length: "),
		}},
		{number: 92, reason: "version", sent: "a version of HTTP that is not 1.x", gets: "505, connection closed", want: want{status: 505, closed: true}, cases: cases{"HTTP/3.0": edit("HTTP/1.1", "HTTP/3.0"), "HTTP/2.0": edit("HTTP/1.1", "HTTP/2.0")}},
		{number: 92, reason: "transfer_encoding", sent: "a Transfer-Encoding that is not chunked", gets: "501, connection closed", want: want{status: 501, closed: true}, cases: cases{
			"xchunked": edit("Content-Length: ", "Transfer-Encoding: xchunked\r\nX-Length: "), "gzip first": edit("Content-Length: ", "Transfer-Encoding: gzip, chunked\r\nX-Length: "),
		}},
		{number: 92, reason: "expectation", sent: "an Expect that is not 100-continue", gets: "417", want: want{status: 417}, cases: cases{"other": extra("Expect", "200-ok")}},
		{number: 93, reason: "auth_missing", sent: "Content-Length and chunked together, and a second request behind the first's end", gets: "each request passes, or not, on its own: 200, then 401", run: secondRequest},
		{number: 94, reason: "admitted", sent: "what net/http forgives: bare LF, folded fields, equal lengths, HTTP/1.0, the absolute form", gets: "200 to an honest request", want: ok, cases: forgiven()},
		{number: 94, reason: "auth_missing", sent: "the same without credentials", want: want{status: 401, code: -31401, gate: "token"}, cases: unauthorised(forgiven())},
	}
}

// chunk returns one chunk of a chunked body (RFC 9112 section 7.1).
func chunk(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }

// edit replaces the first occurrence of old in what goes over the wire.
func edit(old, with string) spoil {
	return func(s *shot) {
		s.wire = func(plain []byte) []byte {
			if !bytes.Contains(plain, []byte(old)) {
				s.t.Fatalf("%q is not in the request", old)
			}
			return bytes.Replace(plain, []byte(old), []byte(with), 1)
		}
	}
}

func manyFields(s *shot, n int) {
	for i := range n {
		s.fields = append(s.fields, field{fmt.Sprintf("X-Field-%d", i), strings.Repeat("a", 30)})
	}
}

func forgiven() cases {
	return cases{
		"bare LF": func(s *shot) {
			s.wire = func(plain []byte) []byte {
				head, body, _ := bytes.Cut(plain, []byte("\r\n\r\n"))
				return append(append(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")), "\n\n"...), body...)
			}
		},
		"folded":        edit("Content-Type: ", "X-Folded: a\r\n b\r\nContent-Type: "),
		"equal lengths": func(s *shot) { s.wire = doubleLength },
		"HTTP/1.0":      edit("HTTP/1.1", "HTTP/1.0"),
		"absolute form": edit("POST / ", "POST http://agent.example/ "),
		"another host":  edit("POST / ", "POST http://other.example/ "),
	}
}

func doubleLength(plain []byte) []byte {
	at := bytes.Index(plain, []byte("Content-Length: "))
	line, _, _ := bytes.Cut(plain[at:], []byte("\r\n"))
	return bytes.Replace(plain, line, []byte(string(line)+"\r\n"+string(line)), 1)
}

func unauthorised(c cases) cases {
	out := make(cases)
	for name, spoil := range c {
		out[name] = both(spoil, header("Authorization"))
	}
	return out
}

// secondRequest hides a request behind what a proxy that goes by
// Content-Length would take for the body of the first.
func secondRequest(t *testing.T, h *house) {
	s := aim(t, h)
	hidden := "POST / HTTP/1.1\r\nHost: agent.example\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	s.wire = func(plain []byte) []byte {
		head, body, _ := bytes.Cut(plain, []byte("\r\n\r\n"))
		framed := chunk(string(body)) + "0\r\n\r\n" + hidden
		lines := strings.Split(string(head), "\r\n")
		lines[len(lines)-1] = fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked", len(framed))
		return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + framed)
	}
	line := open(t, s)
	before := h.trace(t)
	line.write(t, string(s.bytes()))
	ok.check(t, read(line.in, "POST"), "")
	want{status: 401, code: -31401, gate: "token"}.check(t, read(line.in, "POST"), "auth_missing")
	did := h.trace(t).since(before)
	if did.executed != 1 || did.decisions["token/refused/auth_missing"] != 1 {
		t.Errorf("trace %+v", did)
	}
}
