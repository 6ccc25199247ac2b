package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// recordRows are about what strangers write into the log, and how those are
// answered whom no gate refuses.
func recordRows() []row {
	return []row{
		{number: 90, reason: "public_body", sent: "a body at a byte now and then to /did/resolve and /agent/negotiation, over HTTP/1.1 and HTTP/2", gets: "408 `body_timeout` within LIMITS__BODY_TIMEOUT; over HTTP/1.1 the connection is closed", with: "LIMITS__BODY_TIMEOUT=300ms", run: slowPublicBody},
		{number: 177, reason: "floods", sent: "requests of strangers for a path that is not there and connections with a self-signed certificate, hundreds in a second", with: shared, gets: "all are counted; of one gate, reason and name 20 lines a second are logged, and how many were left out", run: floods},
		{number: 177, reason: "access_log", sent: "a request, one for a task that is not there and one beyond a quota", gets: "LOG__ACCESS has one line for each, with its outcome; what is refused is not admitted", with: "LOG__ACCESS=true TASK__MAX_PER_DID=1 TASK__MAKE_ROOM=false", run: accessLog},
	}
}

// publicBodies are public routes that read a body, and who refuses there.
var publicBodies = map[string]string{"/did/resolve": "resolve", "/agent/negotiation": "negotiation"}

func slowPublicBody(t *testing.T, h *house) {
	for path, gate := range publicBodies {
		w := want{status: http.StatusRequestTimeout, code: -31400, gate: gate, closed: true}
		t.Run(path, func(t *testing.T) {
			line := open(t, aim(t, h))
			before := h.trace(t)
			line.write(t, "POST "+path+" HTTP/1.1\r\nHost: agent.example\r\nContent-Type: application/json\r\nContent-Length: 3000\r\n\r\n")
			drip(t, line.conn, strings.Repeat(" ", 3000))
			w.check(t, read(line.in, "POST"), "body_timeout")
			w.checkTrace(t, h, before, "body_timeout")
		})
		t.Run(path+" over HTTP2", func(t *testing.T) {
			s := aim(t, h)
			target("POST", path)(s)
			s.bytes()
			c := dialHTTP2(t, s)
			before := h.trace(t)
			if err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.request(s), EndHeaders: true}); err != nil {
				t.Fatal(err)
			}
			if err := c.out.Flush(); err != nil {
				t.Fatal(err)
			}
			w := w
			w.closed = false
			w.check(t, c.read(), "body_timeout")
			w.checkTrace(t, h, before, "body_timeout")
		})
	}
}

// floods are of the two things that cost a stranger least.
func floods(t *testing.T, h *house) {
	const each = 150
	stranger := aim(t, h)
	stranger.cert = nil
	asks := func() {
		line := open(t, stranger)
		for range each / 10 {
			if got := line.exchange([]byte("GET /nowhere HTTP/1.1\r\nHost: agent.example\r\n\r\n")); got.status != http.StatusNotFound {
				t.Errorf("%d %v", got.status, got.err)
			}
		}
	}
	impostor := aim(t, h)
	certificateWith(stepcatest.SelfSigned())(impostor)
	connects := func() {
		for range each / 10 {
			if got := impostor.sendWire([]byte("GET /health HTTP/1.1\r\nHost: agent.example\r\n\r\n")); got.err == nil {
				t.Errorf("%d", got.status)
			}
		}
	}
	before := h.trace(t)
	var all sync.WaitGroup
	for range 10 {
		all.Go(asks)
		all.Go(connects)
	}
	all.Wait()
	named := aim(t, h) // the flood does not hide the line of who has a name
	target("GET", "/nowhere")(named)
	want{status: 404, code: -31400, gate: "route"}.check(t, named.send(), "not_found")
	for key, n := range map[string]int{"route/refused/not_found": each + 1, "tls/refused/tls_unknown_ca": each} {
		reason := key[strings.LastIndex(key, "/")+1:]
		eventually(t, key+" are counted", func() bool { return h.trace(t).since(before).decisions[key] == float64(n) })
		eventually(t, "the log says how many were left out", func() bool {
			written, left := logged(h.log.String()[before.logged:], "reason="+reason)
			return left > 0 && written+left == n
		})
	}
	if log := h.log.String()[before.logged:]; !strings.Contains(log, "did="+named.caller.name.String()) || len(log) > 64<<10 {
		t.Errorf("%d bytes are logged: %s", len(log), log)
	}
}

// logged counts the lines that name what, and those that the log says it left out.
func logged(log, what string) (written, left int) {
	for line := range strings.Lines(log) {
		if !strings.Contains(line, what) {
			continue
		}
		_, after, summed := strings.Cut(line, "left_out=")
		if !summed {
			written++
			continue
		}
		var n int
		_, _ = fmt.Sscan(after, &n)
		left += n
	}
	return written, left
}

// accessLog reads the lines of admitted and refused requests.
func accessLog(t *testing.T, h *house) {
	t.Run("without the setting", func(t *testing.T) {
		quiet := h.town.build(t, "")
		ok.refuses(aim(t, quiet), "")
		if strings.Contains(quiet.log.String(), "gate admitted") {
			t.Error("an admission is logged")
		}
	})
	c := h.newCaller(t)
	send := func(body string) *reply {
		s := aimAs(t, h, c)
		if body != "" {
			s.body = []byte(body)
		}
		return s.send()
	}
	for _, tt := range []struct {
		name, body string
		status     int
		level      string
		want       []string
	}{
		{"a result", "", 200, "INFO", []string{`msg="gate admitted"`, "method=message/send", "status=200", "duration="}},
		{"an error of the protocol", call("tasks/get", `{"id":"x"}`), 200, "INFO", []string{`msg="gate admitted"`, "outcome=task_not_found", "status=200"}},
		{"a quota", "", 429, "WARN", []string{`msg="gate refused"`, "gate=task", "reason=quota_exceeded", "status=429", "cause="}},
	} {
		before := h.trace(t)
		got := send(tt.body)
		if got.status != tt.status {
			t.Fatalf("%s: %d %s", tt.name, got.status, got.body)
		}
		id := "request_id=" + got.header.Get("X-Request-Id")
		var lines []string
		eventually(t, "it is logged", func() bool {
			lines = nil
			for line := range strings.Lines(h.log.String()[before.logged:]) {
				if strings.Contains(line, id) {
					lines = append(lines, line)
				}
			}
			return len(lines) > 0
		})
		if len(lines) != 1 {
			t.Fatalf("%s: %d lines: %s", tt.name, len(lines), lines)
		}
		for _, part := range append(tt.want, "level="+tt.level, "did="+c.name.String(), "remote=") {
			if !strings.Contains(lines[0], part) {
				t.Errorf("%s: no %s in %s", tt.name, part, lines[0])
			}
		}
		if d := h.trace(t).since(before).decisions; len(d) != 1 {
			t.Errorf("%s: decisions %v", tt.name, d)
		}
	}
}
