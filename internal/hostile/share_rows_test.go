package hostile

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// shareRows are those about who pays, and when a proof is true.
func shareRows() []row {
	return []row{
		{number: 163, reason: "rate_limited", sent: "bodies whose signatures do not verify, beyond the rate of their DID", gets: "429 before the body is read; nothing is looked up or verified",
			with: "LIMITS__RATE_PER_DID=0.001 LIMITS__RATE_BURST=2", run: failuresPay},
		{number: 166, reason: "rate_limited", sent: "three HTTP/2 connections of 100 streams that announce 2 MiB each and send nothing", gets: "one waits for its body, 299 get 429 at once; memory grows with what came",
			with: "LIMITS__REQUESTS_PER_DID=1", run: func(t *testing.T, h *house) { announcements(t, h, 1) }},
		{number: 166, reason: "body_held", sent: "the same, where 256 may be in flight", gets: "256 wait, 44 get 429; memory grows with what came",
			run: func(t *testing.T, h *house) { announcements(t, h, 256) }},
		{number: 167, reason: "proof_ended", sent: "a body whose last byte comes 25 s after the token was revoked, or when it, the certificate or the timestamp has expired, or the policy has changed", gets: "the refusal that a new request would get, by the same gate; nothing runs", run: proofsEnd},
		{number: 170, reason: "params_invalid", sent: "parameters in a list, where a policy file has no rules", gets: "200 with −32602, as without a file", run: listOfParams},
		{number: 168, reason: "rate_limited", sent: "30 bodies that began over 30 s and end together, under a quota of one in a second and five at once", gets: "five run, 429 for the others", run: quotaOfNow},
		{number: 170, reason: "policy_denied", sent: "requests of a DID that AUTH__ALLOWED_DIDS does not list", gets: "403 before the body is read: no key is looked up, and nothing remembered", run: notListed},
		{number: 180, reason: "auth_malformed", sent: "a token of 9,000 bytes, and one over the limit", gets: "200 for the first; 401 for the other, where hint and log say the limit in bytes", with: "LIMITS__TOKEN_BYTES=16KiB", run: longTokens},
	}
}

// held sends the header of a request, and returns when the agent asks for the body.
func held(t *testing.T, s *shot) (l *line, body string) {
	t.Helper()
	s.after(func() { s.set("Expect", "100-continue") })
	head, body, _ := strings.Cut(string(s.bytes()), "\r\n\r\n")
	l = open(t, s)
	l.write(t, head+"\r\n\r\n")
	if got, err := l.in.ReadString('\n'); err != nil || !strings.HasPrefix(got, "HTTP/1.1 100 ") {
		t.Fatalf("the agent does not ask for the body: %q, %v", got, err)
	}
	if _, err := l.in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return l, body
}

// bodyless sends the header alone: the agent must answer without asking for the body.
func bodyless(t *testing.T, s *shot, w want, reason string) {
	t.Helper()
	s.after(func() { s.set("Expect", "100-continue") })
	before := s.h.trace(t)
	head, _, _ := strings.Cut(string(s.bytes()), "\r\n\r\n")
	l := open(t, s)
	l.write(t, head+"\r\n\r\n")
	w.check(t, read(l.in, "POST"), reason)
	w.checkTrace(t, s.h, before, reason)
}

func failuresPay(t *testing.T, h *house) {
	c := h.newCaller(t)
	token := h.hydra.IssueToken(aimAs(t, h, c).spec)
	for range 2 {
		s := aimAs(t, h, c)
		s.token = token
		changed(func(b []byte) []byte { return append(b, ' ') })(s)
		want{status: 403, code: -31407, gate: "signature", reach: atKey}.check(t, s.send(), "crypto_mismatch")
	}
	bodyless(t, aimAs(t, h, c), want{status: 429, code: -31410, gate: "limit", reach: atToken}, "rate_limited")
	ok.refuses(aim(t, h), "") // somebody else
}

// announcements opens 300 streams that announce much and send a byte.
func announcements(t *testing.T, w *house, inFlight int) {
	h := w.build(t, fmt.Sprintf("LIMITS__REQUESTS_PER_DID=%d", inFlight))
	c := h.newCaller(t)
	token := h.hydra.IssueToken(aimAs(t, h, c).spec)
	ok.check(t, as(aimAs(t, h, c), token).send(), "")
	before := heap()
	var lines []*h2
	for range 3 {
		s := as(aimAs(t, h, c), token)
		s.after(func() { s.set("Content-Length", fmt.Sprint(2<<20)) })
		s.bytes()
		conn := dialHTTP2(t, s)
		for i := range uint32(100) {
			err := errors.Join(
				conn.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*i + 1, BlockFragment: conn.request(s), EndHeaders: true}),
				conn.framer.WriteData(2*i+1, false, []byte("{")))
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := conn.out.Flush(); err != nil {
			t.Fatal(err)
		}
		go refusals(conn)
		lines = append(lines, conn)
	}
	eventually(t, "all are limited but those that may wait", func() bool {
		return h.trace(t).decisions["limit/refused/rate_limited"] == float64(300-inFlight)
	})
	if grown := heap() - before; grown > 24<<20 {
		t.Errorf("300 bytes came, and the heap grew by %d bytes", grown)
	}
	want{status: 429, code: -31410, gate: "limit"}.check(t, as(aimAs(t, h, c), token).send(), "rate_limited")
	ok.refuses(aim(t, h), "")
	for _, conn := range lines {
		conn.conn.Close()
	}
	eventually(t, "there is room again", func() bool { return as(aimAs(t, h, c), token).send().status == http.StatusOK })
}

// refusals reads what comes until the connection ends, so that no write blocks.
func refusals(c *h2) {
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		if _, err := c.framer.ReadFrame(); err != nil {
			return
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func as(s *shot, token string) *shot {
	s.token = token
	return s
}

func proofsEnd(t *testing.T, w *house) {
	const allow, deny = "version: 1\ndefault: allow\n", "version: 1\ndefault: deny\n"
	tests := []struct {
		name      string
		cert      time.Duration // how long it is valid
		after     time.Duration
		meanwhile func(t *testing.T, h *house, s *shot, rules string)
		want      want
		reason    string
	}{
		{name: "nothing", after: 25 * time.Second, want: ok},
		{name: "token revoked", after: 25 * time.Second, meanwhile: func(_ *testing.T, h *house, s *shot, _ string) { h.hydra.RevokeToken(s.token) },
			want: want{status: 401, code: -31402, gate: "token"}, reason: "token_inactive"},
		{name: "token expired", after: 2 * time.Hour, want: want{status: 401, code: -31404, gate: "token"}, reason: "token_expired"},
		{name: "certificate expired", cert: 20 * time.Second, after: 25 * time.Second,
			want: want{status: 401, code: -31405, gate: "certificate"}, reason: "cert_expired"},
		{name: "policy changed", after: 25 * time.Second, meanwhile: func(t *testing.T, h *house, _ *shot, rules string) {
			write(t, rules, deny)
			h.Reload()
		}, want: want{status: 403, code: -31403, gate: "policy"}, reason: "policy_denied"},
		{name: "timestamp left the window", after: 301 * time.Second,
			want: want{status: 403, code: -31407, gate: "timestamp"}, reason: "timestamp_out_of_window"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := filepath.Join(t.TempDir(), "rules.yaml")
			write(t, rules, allow)
			h := w.build(t, "AUTH__POLICY_FILE="+rules)
			c := h.newCaller(t)
			s := aimAs(t, h, c)
			if tt.cert > 0 {
				cert := h.issue(c.name, stepcatest.Valid(-time.Minute, tt.cert))
				s.cert = &cert
			}
			l, body := held(t, s)
			h.clock.advance(tt.after)
			if tt.meanwhile != nil {
				tt.meanwhile(t, h, s, rules)
			}
			l.write(t, body)
			tt.want.check(t, read(l.in, "POST"), tt.reason)
			if ran := h.executed.Load() > 0; ran != (tt.want.reach == served) {
				t.Errorf("it ran: %t", ran)
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listOfParams is refused as it is where nobody has written rules.
func listOfParams(t *testing.T, w *house) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write(t, rules, "version: 1\ndefault: allow\nrules: []\n")
	h := w.build(t, "AUTH__POLICY_FILE="+rules)
	s := aim(t, h)
	s.scheme, s.body = signature.JCS1, []byte(`{"jsonrpc":"2.0","id":"1","method":"tasks/get","params":["x"]}`)
	got := s.send()
	if got.err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %v", got.status, got.err)
	}
	if e, _ := got.parse(t); e.Error == nil || e.Error.Code != -32602 {
		t.Errorf("%+v", e)
	}
}

func quotaOfNow(t *testing.T, w *house) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write(t, rules, "version: 1\ndefault: allow\nquotas: {default: {rate: 1, burst: 5}}\n")
	h := w.build(t, "AUTH__POLICY_FILE="+rules)
	c := h.newCaller(t)
	token := h.hydra.IssueToken(aimAs(t, h, c).spec)
	var lines []*line
	var bodies []string
	for range 30 {
		l, body := held(t, as(aimAs(t, h, c), token))
		lines, bodies = append(lines, l), append(bodies, body)
		h.clock.advance(time.Second)
	}
	h.clock.stop()
	served := 0
	for i, l := range lines {
		l.write(t, bodies[i])
		switch got := read(l.in, "POST"); got.status {
		case http.StatusOK:
			served++
		default:
			want{status: 429, code: -31410, gate: "policy"}.check(t, got, "rate_limited")
		}
	}
	if served != 5 {
		t.Errorf("%d were served, want the burst of 5", served)
	}
}

func notListed(t *testing.T, w *house) {
	listed := w.newCaller(t)
	h := w.build(t, "LIMITS__REPLAY_ENTRIES=1000 AUTH__ALLOWED_DIDS="+listed.name.String())
	stranger := h.newCaller(t)
	refused := want{status: 403, code: -31403, gate: "policy", reach: atToken}
	token := h.hydra.IssueToken(aimAs(t, h, stranger).spec)
	bodyless(t, as(aimAs(t, h, stranger), token), refused, "policy_denied")
	first := as(aimAs(t, h, stranger), token)
	l := open(t, first)
	for range 1100 { // more than the memory of replays holds
		refused.check(t, l.exchange(as(aimAs(t, h, stranger), token).bytes()), "policy_denied")
	}
	ok.refuses(aimAs(t, h, listed), "")
}

func longTokens(t *testing.T, h *house) {
	token := func(s *shot, bytes int) {
		s.token = "ory_at_" + strings.Repeat("a", bytes-len("ory_at_"))
		h.hydra.AnswerIntrospection(s.token, `{"active":true,"client_id":"`+s.caller.name.String()+`","iss":"`+h.hydra.Issuer()+
			`","exp":9999999999,"token_type":"Bearer","token_use":"access_token","scope":"agent:write"}`)
	}
	for _, bytes := range []int{9000, 16 << 10} {
		s := aim(t, h)
		token(s, bytes)
		ok.refuses(s, "")
	}
	s := aim(t, h)
	token(s, 16<<10+1)
	logged := len(h.log.String())
	got := s.send()
	want{status: 401, code: -31401, gate: "token"}.check(t, got, "auth_malformed")
	if _, data := got.parse(t); !strings.Contains(data.Hint, "too long") || !strings.Contains(data.Hint, "16384") {
		t.Errorf("hint %q", data.Hint)
	}
	if line := h.log.String()[logged:]; !strings.Contains(line, "16385 bytes") || !strings.Contains(line, "16384") || strings.Contains(line, s.token) {
		t.Errorf("logged %.300q", line)
	}
}

// bodiesHeld has a request of one DID keep most of what its bodies may hold.
func bodiesHeld(t *testing.T, h *house) {
	c := h.newCaller(t)
	large := func() *shot {
		s := aimAs(t, h, c)
		s.body = []byte(strings.Replace(string(s.body), "hello", "wait "+strings.Repeat("x", 1000), 1))
		return s
	}
	l, body := held(t, large())
	l.write(t, body)
	eventually(t, "it runs", func() bool { return h.executed.Load() == 1 })
	bodyless(t, large(), want{status: 429, code: -31410, gate: "body", reach: atToken}, "rate_limited")
	ok.refuses(aim(t, h), "") // somebody else
	close(h.release)
	ok.check(t, read(l.in, "POST"), "")
	ok.check(t, aimAs(t, h, c).send(), "")
}
