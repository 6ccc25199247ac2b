package hostile

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/settings"
)

// limit is a setting: its default, and what an agent refuses under an override
// that an agent with the default accepts.
type limit struct {
	setting, value string
	fallback       string // the default
	want           want
	reason         string
	beyond         spoil                    // too much for the override, not for the default
	check          func(*testing.T, *house) // where one request does not show it
}

func limits() []limit {
	shape := func(status int) want { return want{status: status, code: -31400, gate: "shape", closed: status == 413} }
	return []limit{
		{setting: "LIMITS__HEADER_BYTES", value: "4KiB LIMITS__TOKEN_BYTES=2KiB", fallback: "32KiB",
			want: want{status: 431, closed: true}, beyond: extra("X-Padding", strings.Repeat("a", 20_000))},
		{setting: "LIMITS__TARGET_BYTES", value: "256", fallback: "4KiB",
			want: shape(414), reason: "target_too_long", beyond: target("POST", "/?"+strings.Repeat("a", 300))},
		{setting: "LIMITS__BODY_BYTES", value: "1KiB", fallback: "2MiB",
			want: shape(413), reason: "payload_too_large", beyond: large},
		{setting: "LIMITS__BODY_BYTES", value: "2KiB", fallback: "2MiB",
			want: want{status: 413, code: -31400, gate: "body", reach: atToken, closed: true}, reason: "payload_too_large", beyond: both(large, inChunks)},
		{setting: "LIMITS__BODY_BYTES_PER_DID", value: "2KiB LIMITS__BODY_BYTES=2KiB", fallback: "64MiB", check: bodiesHeld},
		{setting: "LIMITS__TOKEN_BYTES", value: "256", fallback: "8KiB",
			want: want{status: 401, code: -31401, gate: "token"}, reason: "auth_malformed", beyond: longToken},
		{setting: "LIMITS__DID_BYTES", value: "64", fallback: strconv.Itoa(did.MaxLength),
			want: want{status: 403, code: -31407, gate: "signature", reach: atToken}, reason: "did_malformed", beyond: honest},
		{setting: "LIMITS__JSON_DEPTH", value: "8", fallback: "64",
			want: want{status: 200, code: -32700, gate: "json", reach: atKey}, reason: "json_too_deep", beyond: deep},
		{setting: "LIMITS__HANDSHAKE_TIMEOUT", value: "250ms", fallback: "10s", check: silentHandshake},
		{setting: "LIMITS__HEADER_TIMEOUT", value: "250ms", fallback: "10s", check: slowHeader},
		{setting: "LIMITS__BODY_TIMEOUT", value: "250ms", fallback: "30s", check: slowBody},
		{setting: "LIMITS__WRITE_TIMEOUT", value: "500ms LIMITS__REQUESTS_PER_DID=1", fallback: "30s", check: slowReader},
		{setting: "LIMITS__IDLE_TIMEOUT", value: "200ms", fallback: "2m", check: idleConnection},
		{setting: "LIMITS__CONNECTION_AGE", value: "10m", fallback: "1m", check: oldConnection},
		{setting: "LIMITS__CONNECTIONS", value: "4 LIMITS__CONNECTIONS_PER_PEER=4", fallback: "4096", check: fullHouse},
		{setting: "LIMITS__CONNECTIONS_PER_PEER", value: "4", fallback: "256", check: manyConnections},
		{setting: "LIMITS__TOKEN_CHECKS_PER_PEER", value: "1 HYDRA__INTROSPECTION_TIMEOUT=4s", fallback: "16", check: tokenGuesses},
		{setting: "LIMITS__RESETS_PER_CONNECTION", value: "3", fallback: "500", check: manyResets},
		{setting: "LIMITS__REQUESTS_PER_DID", value: "2", fallback: "256", check: inFlight},
		{setting: "LIMITS__RATE_PER_DID", value: "20 LIMITS__RATE_BURST=1", fallback: "1000", check: rate},
		{setting: "LIMITS__RATE_BURST", value: "3 LIMITS__RATE_PER_DID=0.001", fallback: "2000", check: burst},
		{setting: "LIMITS__ANSWER_BYTES_PER_DID", value: "5MiB", fallback: "64MiB", check: unreadRepeats},
		{setting: "LIMITS__REPLAY_ENTRIES", value: "1200", fallback: "1000000", check: replayFlood},
	}
}

// TestLimits shows for each limit its default, and that an override takes effect.
func TestLimits(t *testing.T) {
	w := newTown(t)
	defaults := map[string]string{}
	for _, row := range settings.Default().Describe() {
		defaults[row.Name] = row.Value
	}
	for _, l := range limits() {
		t.Run(l.setting+"="+strings.Fields(l.value)[0], func(t *testing.T) {
			if got := defaults[l.setting]; got != l.fallback {
				t.Errorf("the default is %s, want %s", got, l.fallback)
			}
			h := w.build(t, l.setting+"="+l.value)
			if l.check != nil {
				l.check(t, h)
				return
			}
			relaxed := aim(t, w.house(""))
			l.beyond(relaxed)
			ok.refuses(relaxed, "")
			strict := aim(t, h)
			l.beyond(strict)
			l.want.refuses(strict, l.reason)
		})
	}
}

func large(s *shot) { s.body = probe.Message(strings.Repeat("x", 4000)) }

// inChunks sends the signed body without announcing its length.
func inChunks(s *shot) {
	s.after(func() {
		s.set("Transfer-Encoding", "chunked")
		s.body = []byte(chunk(string(s.body)) + "0\r\n\r\n")
	})
}

func longToken(s *shot) {
	s.spec.Claims = nil
	s.token = "ory_at_" + strings.Repeat("a", 400)
	s.h.hydra.AnswerIntrospection(s.token, `{"active":true,"client_id":"`+s.caller.name.String()+`","iss":"`+s.h.hydra.Issuer()+
		`","exp":9999999999,"token_type":"Bearer","token_use":"access_token","scope":"agent:write"}`)
}

func deep(s *shot) {
	s.body = []byte(strings.Replace(string(probe.Message("hello")), `"role"`, `"metadata":{"x":`+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`},"role"`, 1))
}

func idleConnection(t *testing.T, h *house) {
	s := aim(t, h)
	line := open(t, s)
	ok.check(t, line.exchange(s.bytes()), "")
	if _, err := line.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

// oldConnection serves a connection that has lived longer than the default,
// and closes it, after an answer, once it is older than the override.
func oldConnection(t *testing.T, h *house) {
	c := h.newCaller(t)
	line := open(t, aimAs(t, h, c))
	for _, step := range []struct {
		advance time.Duration
		closed  bool
	}{{0, false}, {2 * time.Minute, false}, {9 * time.Minute, true}} {
		h.clock.advance(step.advance)
		line.write(t, string(aimAs(t, h, c).bytes()))
		got := read(line.in, "POST")
		ok.check(t, got, "")
		if got.closed != step.closed {
			t.Fatalf("after another %s closed: %t", step.advance, got.closed)
		}
	}
	if _, err := line.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

// fullHouse counts the connections of all addresses together.
func fullHouse(t *testing.T, h *house) {
	s := aim(t, h)
	wire := s.bytes()
	for range 4 {
		open(t, s)
	}
	if got := fromAnotherAddress(t, s, wire); got.err == nil {
		t.Errorf("a fifth connection: %d", got.status)
	}
}

// tokenGuesses: while one unknown token of a peer keeps Hydra busy, its next
// one waits and is turned away; that of another peer is judged at once.
func tokenGuesses(t *testing.T, h *house) {
	first, second, other := aimAs(t, h, h.newCaller(t)), aimAs(t, h, h.newCaller(t)), aimAs(t, h, h.newCaller(t))
	h.hydra.Fail(hydratest.Introspect, hydratest.Fault{Hang: true, Times: 1})
	before := h.trace(t)
	answer := make(chan *reply)
	wire := first.bytes()
	go func() { answer <- first.sendWire(wire) }()
	eventually(t, "the first token is at Hydra", func() bool { return h.trace(t).since(before).introspected == 1 })
	want{status: 429, code: -31410, gate: "token"}.check(t, second.send(), "rate_limited")
	ok.check(t, fromAnotherAddress(t, other, other.bytes()), "")
	want{status: 503, code: -31409, gate: "token", reach: atToken}.check(t, <-answer, "introspection_unavailable")
	ok.check(t, second.send(), "")
}

var limited = want{status: 429, code: -31410, gate: "limit", reach: atToken}

func inFlight(t *testing.T, h *house) {
	hostile := h.newCaller(t)
	done := make(chan *reply)
	for range 2 {
		s := aimAs(t, h, hostile)
		s.body = probe.Message("wait")
		wire := s.bytes()
		go func() { done <- s.sendWire(wire) }()
	}
	eventually(t, "two are in flight", func() bool { return h.executed.Load() == 2 })
	limited.check(t, aimAs(t, h, hostile).send(), "rate_limited")
	ok.refuses(aim(t, h), "") // somebody else
	close(h.release)
	for range 2 {
		ok.check(t, <-done, "")
	}
	ok.check(t, aimAs(t, h, hostile).send(), "")
}

func rate(t *testing.T, h *house) {
	hostile := h.newCaller(t)
	h.clock.stop()
	ok.check(t, aimAs(t, h, hostile).send(), "")
	limited.check(t, aimAs(t, h, hostile).send(), "rate_limited")
	ok.refuses(aim(t, h), "") // somebody else
	h.clock.start()
	eventually(t, "there is room again", func() bool { return aimAs(t, h, hostile).send().status == http.StatusOK })
}

func burst(t *testing.T, h *house) {
	hostile := h.newCaller(t)
	for range 3 {
		ok.check(t, aimAs(t, h, hostile).send(), "")
	}
	got := aimAs(t, h, hostile).send()
	limited.check(t, got, "rate_limited")
	if wait := got.header.Get("Retry-After"); len(wait) < 3 {
		t.Errorf("Retry-After %q for a rate of one in 1000 s", wait)
	}
	ok.refuses(aim(t, h), "") // somebody else
}
