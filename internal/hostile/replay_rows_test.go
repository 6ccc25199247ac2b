package hostile

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

var (
	conflict = want{status: 409, code: -31408, gate: "replay", reach: atKey}
	schemes  = []signature.Scheme{signature.Reference, signature.JCS1}
)

// replayRows are A3 79 to 83: what was admitted is not admitted again.
func replayRows() []row {
	return []row{
		{number: 79, reason: "replayed", sent: "a request a second time; 100 copies at once", gets: "409; exactly one 200", run: replays},
		{number: 80, reason: "replayed", sent: "a request a second time, after the agent was restarted", gets: "409", run: replayAfterRestart},
		{number: 82, reason: "replayed", sent: "two requests with one body in one second", gets: "409 for the second; with another JSON-RPC id 200", run: sameSecond},
		{number: 83, reason: "rate_limited", sent: "more signatures of one DID than its share of the replay memory", gets: "429 for it, 200 for others", with: "LIMITS__REPLAY_ENTRIES=1000", run: replayFlood},
	}
}

func replays(t *testing.T, h *house) {
	for _, scheme := range schemes {
		t.Run(string(scheme), func(t *testing.T) {
			s := aim(t, h)
			s.scheme = scheme
			wire := s.bytes()
			ok.check(t, s.sendWire(wire), "")
			before := h.trace(t)
			conflict.check(t, s.sendWire(wire), "replayed")
			if did := h.trace(t).since(before); did.executed != 0 || did.decisions["replay/refused/replayed"] != 1 {
				t.Errorf("trace %+v", did)
			}
		})
		t.Run(string(scheme)+" 100 at once", func(t *testing.T) {
			const n = 100
			s := aim(t, h)
			s.scheme = scheme
			wire := s.bytes()
			before := h.trace(t)
			statuses := make(map[int]int)
			var mu sync.Mutex
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					got := s.sendWire(wire)
					mu.Lock()
					defer mu.Unlock()
					statuses[got.status]++
				})
			}
			wg.Wait()
			if statuses[http.StatusOK] != 1 || statuses[http.StatusConflict] != n-1 {
				t.Errorf("statuses %v", statuses)
			}
			if did := h.trace(t).since(before); did.executed != 1 {
				t.Errorf("executed %d times", did.executed)
			}
		})
	}
}

func replayAfterRestart(t *testing.T, w *house) {
	dir := filepath.Join(t.TempDir(), "agent")
	h := w.buildIn(t, dir, "")
	s := aim(t, h)
	wire := s.bytes()
	ok.check(t, s.sendWire(wire), "")
	h.leave()
	again := w.buildIn(t, dir, "")
	replay := aimAs(t, again, s.caller)
	before := again.trace(t)
	conflict.check(t, replay.sendWire(wire), "replayed")
	if did := again.trace(t).since(before); did.executed != 0 {
		t.Error("it was executed again")
	}
	ok.check(t, aimAs(t, again, s.caller).send(), "")
}

func sameSecond(t *testing.T, h *house) {
	c := h.newCaller(t)
	first, second, third := aimAs(t, h, c), aimAs(t, h, c), aimAs(t, h, c)
	for _, s := range []*shot{second, third} {
		s.time, s.body = first.time, first.body
	}
	third.body = probe.Message("hello")
	ok.check(t, first.send(), "")
	conflict.check(t, second.send(), "replayed")
	ok.check(t, third.send(), "")
}

func replayFlood(t *testing.T, h *house) {
	hostile := h.newCaller(t)
	first := aimAs(t, h, hostile)
	first.token = h.hydra.IssueToken(first.spec)
	line := open(t, first)
	for sent := 0; ; sent++ {
		s := aimAs(t, h, hostile)
		s.token, s.scheme = first.token, signature.JCS1
		s.body = []byte(call("tasks/get", `{"id":"x"}`))
		got := line.exchange(s.bytes())
		if got.status == http.StatusTooManyRequests {
			want{status: 429, code: -31410, gate: "replay"}.check(t, got, "rate_limited")
			t.Logf("after %d requests", sent)
			break
		}
		if got.status != http.StatusOK || sent > 1000 {
			t.Fatalf("request %d: %d %s %v", sent, got.status, got.body, got.err)
		}
	}
	ok.refuses(aim(t, h), "")
}
