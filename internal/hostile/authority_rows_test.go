package hostile

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// quick makes a hanging Hydra cost the suite little.
const quick = "HYDRA__INTROSPECTION_TIMEOUT=300ms"

// authorityRows are A2 as far as Hydra misbehaves.
func authorityRows() []row {
	unavailable := want{status: 503, code: -31409, gate: "token", reach: atToken}
	elsewhere := http.Header{"Location": {"http://127.0.0.1:1/"}}
	return []row{
		{number: 49, reason: "introspection_flips", sent: "a good token, while Hydra has lost its storage and calls every token inactive", gets: "401 after asking twice, counted; 200 as soon as Hydra is well", run: lostStorage},
		{number: 50, reason: "introspection_unavailable", sent: "a good token, while Hydra hangs, drips or drops", with: quick, want: unavailable, cases: cases{
			"hangs": broken(hydratest.Fault{Hang: true}),
			"drips": broken(hydratest.Fault{SlowBody: 20 * time.Millisecond}),
			"slow":  broken(hydratest.Fault{Latency: time.Second}),
			"reset": broken(hydratest.Fault{Reset: true}),
			"cut":   broken(hydratest.Fault{Truncate: true}),
		}, run: hangIsBounded},
		{number: 51, reason: "introspection_unavailable", sent: "a good token, while Hydra answers 500, 502, 429, 302 or 204", want: unavailable, cases: cases{
			"500": broken(hydratest.Fault{Status: 500, Body: "secret of Hydra"}),
			"502": broken(hydratest.Fault{Status: 502}),
			"429": broken(hydratest.Fault{Status: 429}),
			"401": broken(hydratest.Fault{Status: 401}),
			"404": broken(hydratest.Fault{Status: 404, Body: "{}"}),
			"302": broken(hydratest.Fault{Status: 302, Header: elsewhere}),
			"204": broken(hydratest.Fault{Status: 204}),
		}, run: redirectNotFollowed},
		{number: 52, reason: "introspection_invalid", sent: "a good token, while Hydra answers nonsense", want: unavailable, cases: cases{
			"HTML":            introspected("<html>"),
			"empty":           introspected(""),
			"list":            introspected("[]"),
			"null":            introspected("null"),
			"text":            introspected(`{"active":"true"}`),
			"number":          introspected(`{"active":1}`),
			"no active":       introspected(`{}`),
			"capital Active":  introspected(`{"Active":true,"client_id":"CALLER"}`),
			"twice":           introspected(`{"active":false,"active":true,"client_id":"CALLER"}`),
			"not UTF-8":       introspected("{\"active\":true,\"x\":\"\xff\"}"),
			"two answers":     introspected(`{"active":true}{"active":true}`),
			"audience number": introspected(`{"active":true,"aud":7}`),
		}},
		{number: 53, reason: "introspection_invalid", sent: "a good token, while Hydra answers with 1 GiB or a gzip bomb", gets: "503, less than 8 MiB read and kept", with: "HYDRA__INTROSPECTION_TIMEOUT=20s", run: hugeIntrospection},
		{number: 55, reason: "admitted", sent: "100 first uses of one token at once", gets: "200 each, 1 introspection", run: firstUses},
		{number: 57, reason: "token_inactive", sent: "a token that was good before it was revoked", gets: "401 within 5 s", run: revokedInUse},
		{number: 58, reason: "token_inactive", sent: "a live token whose client was deleted", want: want{status: 401, code: -31402, gate: "token", reach: atToken}, cases: cases{
			"client deleted": func(s *shot) {
				s.token = s.h.hydra.IssueToken(s.spec)
				s.h.hydra.DeleteClient(s.caller.name.String())
			},
		}},
	}
}

// broken makes every introspection of the case go wrong.
func broken(f hydratest.Fault) spoil {
	return func(s *shot) {
		s.h.hydra.Fail(hydratest.Introspect, f)
		s.t.Cleanup(func() { s.h.hydra.Heal(hydratest.Introspect) })
	}
}

func lostStorage(t *testing.T, w *house) {
	h := w.build(t, "")
	c := h.newCaller(t)
	first := aimAs(t, h, c)
	ok.refuses(first, "")
	again := func() *shot {
		s := aimAs(t, h, c)
		s.token = first.token
		return s
	}
	h.hydra.SetQuirks(hydratest.Quirks{LoseStorage: true})
	defer h.hydra.SetQuirks(hydratest.Quirks{})
	h.clock.advance(6 * time.Second)
	before := h.trace(t)
	want{status: 401, code: -31402, gate: "token", reach: atToken}.check(t, again().send(), "token_inactive")
	if asked := h.trace(t).since(before).introspected; asked != 2 {
		t.Errorf("asked %d times before the token was refused, want 2", asked)
	}
	if n := h.counter(t, "agent_introspection_flips_total"); n != 1 {
		t.Errorf("%v flips counted", n)
	}
	h.hydra.SetQuirks(hydratest.Quirks{})
	ok.check(t, again().send(), "") // the negative answer was not kept
}

// hangIsBounded measures the wait that the default settings allow.
func hangIsBounded(t *testing.T, w *house) {
	t.Run("within 2.5 s by default", func(t *testing.T) {
		s := aim(t, w.house(""))
		broken(hydratest.Fault{Hang: true})(s)
		began := time.Now()
		want{status: 503, code: -31409, gate: "token", reach: atToken}.refuses(s, "introspection_unavailable")
		if took := time.Since(began); took < 1500*time.Millisecond || took > 2500*time.Millisecond+room {
			t.Errorf("answered after %s", took)
		}
	})
}

func redirectNotFollowed(t *testing.T, h *house) {
	t.Run("a redirect is not followed", func(t *testing.T) {
		s := aim(t, h)
		broken(hydratest.Fault{Status: 307, Header: http.Header{"Location": {h.hydra.PublicURL + "/version"}}})(s)
		followed := h.hydra.Requests(hydratest.Other)
		want{status: 503, code: -31409, gate: "token", reach: atToken}.refuses(s, "introspection_unavailable")
		if n := h.hydra.Requests(hydratest.Other) - followed; n != 0 {
			t.Errorf("followed %d times, with the token", n)
		}
	})
}

func hugeIntrospection(t *testing.T, h *house) {
	for name, fault := range map[string]hydratest.Fault{"1 GiB": {HugeBody: 1 << 30}, "gzip bomb": {GzipBomb: 16 << 20}} {
		t.Run(name, func(t *testing.T) {
			s := aim(t, h)
			broken(fault)(s)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			got := s.send()
			runtime.ReadMemStats(&after)
			want{status: 503, code: -31409, gate: "token"}.check(t, got, "introspection_invalid")
			if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 8<<20 {
				t.Errorf("%d bytes were allocated", grown)
			}
		})
	}
}

func firstUses(t *testing.T, h *house) {
	const n = 100
	h.clock.stop() // or a slow machine would renew the verdict
	defer h.clock.start()
	c := h.newCaller(t)
	first := aimAs(t, h, c)
	first.token = h.hydra.IssueToken(first.spec)
	before := h.trace(t)
	var wg sync.WaitGroup
	for range n {
		s := aimAs(t, h, c)
		s.token, s.body = first.token, probe.Message("hello")
		wire := s.bytes()
		wg.Go(func() {
			if got := s.sendWire(wire); got.err != nil || got.status != http.StatusOK {
				t.Errorf("answer %d %s, %v", got.status, got.body, got.err)
			}
		})
	}
	wg.Wait()
	if did := h.trace(t).since(before); did.introspected != 1 || did.lookedUp != 1 || did.executed != n {
		t.Errorf("introspected %d times, looked up %d keys, executed %d", did.introspected, did.lookedUp, did.executed)
	}
}

// revokedInUse keeps a token in use, so that its verdict is renewed ahead, and
// lets the clock go on second by second.
func revokedInUse(t *testing.T, w *house) {
	h := w.build(t, "")
	c := h.newCaller(t)
	first := aimAs(t, h, c)
	ok.refuses(first, "")
	h.hydra.RevokeToken(first.token)
	for second := range 6 {
		s := aimAs(t, h, c)
		s.token = first.token
		got := s.send()
		if got.err == nil && got.status == http.StatusUnauthorized {
			want{status: 401, code: -31402, gate: "token"}.check(t, got, "token_inactive")
			return
		}
		if second == 5 {
			t.Fatalf("%d s after the revocation: %d %s %v", second, got.status, got.body, got.err)
		}
		h.clock.advance(time.Second)
	}
}
