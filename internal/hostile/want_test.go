package hostile

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// reach is how far a request came: which of the later gates left a trace.
type reach int

const (
	atTransport reach = iota // nobody was asked about anything
	atToken                  // the token was introspected
	atKey                    // and the caller's key was looked up
	served                   // and the agent did what it was asked
)

// want is what has to come back. The reason is that of the row.
type want struct {
	alert  string // of TLS, as crypto/tls words it
	warned string // what is recorded beside the decision
	status int
	code   int    // of JSON-RPC; 0 where net/http answers without one
	name   string // of google.rpc.Code, where the answer is of HTTP+JSON
	gate   string // which refuses; "" where none does
	reach  reach
	closed bool // the connection must not be used again
}

// maxLogged is how much any one request may add to the log, in bytes.
const maxLogged = 4 << 10

// trace is what one request left behind.
type trace struct {
	decisions    map[string]float64 // by gate, decision and reason
	introspected int
	lookedUp     int
	executed     int64
	logged       int // bytes
}

func (h *house) trace(t *testing.T) trace {
	t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	tr := trace{
		decisions:    make(map[string]float64),
		introspected: int(h.asked.Load()),
		lookedUp:     h.hydra.Requests(hydratest.Clients),
		executed:     h.executed.Load(),
		logged:       len(h.log.String()),
	}
	for _, f := range families {
		if f.GetName() != "agent_gate_decisions_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			key := strings.Join([]string{labels["gate"], labels["decision"], labels["reason"]}, "/")
			if v := m.GetCounter().GetValue(); v > 0 {
				tr.decisions[key] = v
			}
		}
	}
	return tr
}

// counter returns the value of a metric without labels.
func (h *house) counter(t *testing.T, name string) float64 {
	t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// since returns what happened after earlier.
func (tr trace) since(earlier trace) trace {
	d := maps.Clone(tr.decisions)
	for key, n := range earlier.decisions {
		if d[key] -= n; d[key] == 0 {
			delete(d, key)
		}
	}
	return trace{
		decisions:    d,
		introspected: tr.introspected - earlier.introspected,
		lookedUp:     tr.lookedUp - earlier.lookedUp,
		executed:     tr.executed - earlier.executed,
	}
}

// refuses fires the shot and checks everything about the refusal.
func (w want) refuses(s *shot, reason string) {
	s.t.Helper()
	w.fired(s, s.send, reason)
}

func (w want) fired(s *shot, send func() *reply, reason string) {
	s.t.Helper()
	w.warned = s.warned
	before := s.h.trace(s.t)
	got := send()
	w.check(s.t, got, reason)
	w.checkTrace(s.t, s.h, before, reason)
	logged := s.h.log.String()[before.logged:]
	if len(logged) > maxLogged || len(got.body) > maxLogged && w.status != http.StatusOK {
		s.t.Errorf("177: %d bytes are logged and %d answered to %d", len(logged), len(got.body), len(s.body))
	}
	if w.gate != "" && !strings.Contains(logged, "reason="+reason) {
		s.t.Errorf("no log line names %s: %s", reason, logged)
	}
	if len(s.token) > 20 && (strings.Contains(logged, s.token) || bytes.Contains(got.body, []byte(s.token))) {
		s.t.Error("the token is in the log or in the answer")
	}
}

// check looks at the answer.
func (w want) check(t *testing.T, got *reply, reason string) {
	t.Helper()
	if w.alert != "" {
		if probe.Alert(got.err) != w.alert {
			t.Fatalf("got %v and %d %s, want the alert %q", got.err, got.status, got.body, w.alert)
		}
		return
	}
	if got.err != nil {
		t.Fatalf("want %d %s, got no answer: %v", w.status, reason, got.err)
	}
	if got.status != w.status || w.closed && !got.closed {
		t.Fatalf("answer %d, closed %t; want %d, %t: %s", got.status, got.closed, w.status, w.closed, got.body)
	}
	switch {
	case w.reach == served:
		if parsed, _ := got.parse(t); parsed.Result == nil {
			t.Fatalf("answer %s", got.body)
		}
	case w.code != 0:
		w.checkRefusal(t, got, reason)
	case w.name != "":
		w.checkStatus(t, got, reason)
	}
}

func (w want) checkRefusal(t *testing.T, got *reply, reason string) {
	t.Helper()
	parsed, data := got.parse(t)
	switch {
	case parsed.Error == nil || parsed.JSONRPC != "2.0" || string(parsed.ID) == "":
		t.Fatalf("answer %s", got.body)
	case parsed.Error.Code != w.code || data.Reason != reason || data.Gate != w.gate:
		t.Fatalf("code %d, reason %q at gate %q; want %d, %q, %q: %s", parsed.Error.Code, data.Reason, data.Gate, w.code, reason, w.gate, got.body)
	}
	w.checkHeaders(t, got, data, reason)
}

func (w want) checkHeaders(t *testing.T, got *reply, data refusalData, reason string) {
	t.Helper()
	if data.RequestID == "" || data.RequestID != got.header.Get("X-Request-Id") || data.Hint == "" {
		t.Errorf("request id %q or hint %q, header %v", data.RequestID, data.Hint, got.header)
	}
	for name, value := range map[string]string{
		"Cache-Control": "no-store", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff",
	} {
		if w.name != "" && got.header.Get(name) == "application/a2a+json" {
			continue // whose caller uses it
		}
		if got.header.Get(name) != value {
			t.Errorf("%s: %q", name, got.header.Get(name))
		}
	}
	checkPresent(t, got.header, "Www-Authenticate", got.status == http.StatusUnauthorized || reason == "scope_insufficient")
	checkPresent(t, got.header, "Retry-After", got.status == http.StatusServiceUnavailable || got.status == http.StatusTooManyRequests)
	checkPresent(t, got.header, "Allow", got.status == http.StatusMethodNotAllowed)
}

func checkPresent(t *testing.T, h http.Header, name string, wanted bool) {
	t.Helper()
	if present := h.Get(name) != ""; present != wanted {
		t.Errorf("header %s %q: present is %t, want %t", name, h.Get(name), present, wanted)
	}
}

// checkTrace looks at the metric, and at who was asked.
func (w want) checkTrace(t *testing.T, h *house, before trace, reason string) {
	t.Helper()
	decisions := make(map[string]float64)
	switch {
	case w.reach == served:
		decisions["/admitted/"] = 1
	case w.alert != "":
		decisions["tls/refused/"+reason] = 1
	case w.gate != "":
		decisions[w.gate+"/refused/"+reason] = 1
	}
	if w.warned != "" {
		decisions[w.warned] = 1
	}
	var did trace
	if len(decisions) > 0 { // counted by another goroutine than the one that answers
		eventually(t, "the decision is counted", func() bool {
			did = h.trace(t).since(before)
			return len(did.decisions) >= len(decisions)
		})
	} else {
		did = h.trace(t).since(before)
	}
	if !maps.Equal(did.decisions, decisions) {
		t.Errorf("decisions %v, want %v", slices.Sorted(maps.Keys(did.decisions)), slices.Sorted(maps.Keys(decisions)))
	}
	if asked, expected := did.introspected > 0, w.reach >= atToken; asked != expected {
		t.Errorf("introspected %d times, want that: %t", did.introspected, expected)
	}
	if asked, expected := did.lookedUp > 0, w.reach >= atKey; asked != expected {
		t.Errorf("looked up %d keys, want that: %t", did.lookedUp, expected)
	}
	if ran, expected := did.executed > 0, w.reach == served; ran != expected {
		t.Errorf("executed %d times, want that: %t", did.executed, expected)
	}
}
