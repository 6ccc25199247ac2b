package gate_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	catalogue "github.com/getbindu/bindu-go/internal/refusal"
)

// quota is what a handler behind the gates refuses.
func quota(w http.ResponseWriter, r *http.Request) {
	jsonrpc.OutcomeOf(r.Context()).Cause = errors.New("no room")
	jsonrpc.Refuse(w, r, nil, catalogue.QuotaExceeded.Answer(), "task")
}

// serveAborting returns whether the handler's request to cut the answer off
// reached whoever called the chain.
func serveAborting(t *testing.T, b *bench, r *http.Request) (aborted bool) {
	t.Helper()
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: //nolint:errorlint // the value itself is the signal
			aborted = true
		default:
			t.Errorf("panic %v", v)
		}
	}()
	b.chain.ServeHTTP(httptest.NewRecorder(), r)
	return false
}

// TestARequestIsRecordedOnceWithItsOutcome: not before the handler is done, and
// what the handler refuses is not admitted too.
func TestARequestIsRecordedOnceWithItsOutcome(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    audit.Event
		aborted bool
	}{
		"a result":         {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }, audit.Event{Decision: audit.Admitted, Status: 200}, false},
		"another status":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) }, audit.Event{Decision: audit.Admitted, Status: 202}, false},
		"announced before": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(201) }, audit.Event{Decision: audit.Admitted, Status: 201}, false},
		"nothing written":  {func(http.ResponseWriter, *http.Request) {}, audit.Event{Decision: audit.Admitted, Status: 200}, false},
		"only flushed":     {func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush(); panic("late") }, audit.Event{Decision: audit.Refused, Gate: "handler", Reason: "internal", Status: 200}, true},
		"an error of the protocol": {func(w http.ResponseWriter, r *http.Request) {
			jsonrpc.OutcomeOf(r.Context()).Reason = "task_not_found"
			_, _ = io.WriteString(w, "{}")
		}, audit.Event{Decision: audit.Admitted, Status: 200, Outcome: "task_not_found"}, false},
		"a refusal":               {quota, audit.Event{Decision: audit.Refused, Gate: "task", Reason: "quota_exceeded", Status: 429}, false},
		"a panic":                 {func(http.ResponseWriter, *http.Request) { panic("x") }, audit.Event{Decision: audit.Refused, Gate: "handler", Reason: "internal", Status: 500}, false},
		"a panic after a refusal": {func(w http.ResponseWriter, r *http.Request) { quota(w, r); panic("x") }, audit.Event{Decision: audit.Refused, Gate: "handler", Reason: "internal", Status: 429}, true},
		"aborted":                 {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, audit.Event{Decision: audit.Admitted, Outcome: "aborted"}, true},
		"aborted later":           {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic(http.ErrAbortHandler) }, audit.Event{Decision: audit.Admitted, Status: 200, Outcome: "aborted"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			now := testNow
			b := newBench(t, func(c *gate.Config) { c.Now = func() time.Time { return now } })
			b.handler = func(w http.ResponseWriter, r *http.Request) {
				if len(b.events) != 0 {
					t.Errorf("recorded before it is done: %+v", b.events)
				}
				now = now.Add(3 * time.Second)
				tt.handler(w, r)
			}
			if aborted := serveAborting(t, b, b.request(signature.Reference, testBody)); aborted != tt.aborted {
				t.Errorf("aborted: %t", aborted)
			}
			if len(b.events) != 1 {
				t.Fatalf("%d records: %+v", len(b.events), b.events)
			}
			got, want := b.events[0], tt.want
			if got.RequestID == "" || (got.Cause == nil) != (want.Decision == audit.Admitted) {
				t.Errorf("id %q, cause %v", got.RequestID, got.Cause)
			}
			want.DID, want.Method, want.Duration = b.caller.String(), "SendMessage", 3*time.Second
			want.RequestID, want.Remote, want.Cause = got.RequestID, got.Remote, got.Cause
			if got != want {
				t.Errorf("recorded %+v\nwant %+v", got, want)
			}
		})
	}
}

// What a gate refuses has the status and the time it took too, and is recorded
// even if nobody is there to read the answer.
func TestRefusalsOfTheGatesHaveTheirStatus(t *testing.T) {
	b := newBench(t)
	r := b.request(signature.Reference, testBody)
	r.Header.Del("Authorization")
	b.do(r)
	if len(b.events) != 1 || b.events[0].Status != 401 || b.events[0].Reason != "auth_missing" {
		t.Errorf("recorded %+v", b.events)
	}
}

// Whoever refuses after the gates, or where there are none, gives the refusal
// the shape of the gates and has it recorded. What everybody may read is no
// decision.
func TestPublicHandlersRefuseInTheOneShape(t *testing.T) {
	refuses := func(w http.ResponseWriter, r *http.Request) {
		jsonrpc.Refuse(w, r, nil, catalogue.DIDMalformed.At(catalogue.Documents), "")
	}
	b := newBench(t, func(c *gate.Config) {
		c.Public["/named"] = gate.Route{Methods: []string{"GET"}, Handler: http.HandlerFunc(refuses)}
		c.Public["/panics"] = gate.Route{Methods: []string{"GET"}, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })}
	})
	if w, _ := b.do(httptest.NewRequest("GET", "https://agent.test/health", nil)); w.Code != 200 || len(b.events) != 0 {
		t.Fatalf("%d, %+v", w.Code, b.events)
	}
	for path, want := range map[string]audit.Event{
		"/named":  {Decision: audit.Refused, Gate: "handler", Reason: "did_malformed", Status: 400},
		"/panics": {Decision: audit.Refused, Gate: "handler", Reason: "internal", Status: 500},
	} {
		b.events = nil
		w, got := b.do(httptest.NewRequest("GET", "https://agent.test"+path, nil))
		if path == "/named" {
			checkRefusalShape(t, w, got)
		}
		if got.Error.Data.Gate != want.Gate || len(b.events) != 1 {
			t.Fatalf("%s: %s, %+v", path, w.Body, b.events)
		}
		e := b.events[0]
		if e.RequestID != got.Error.Data.RequestID || e.RequestID == "" {
			t.Errorf("%s: recorded as %q, answered as %q", path, e.RequestID, got.Error.Data.RequestID)
		}
		want.RequestID, want.Remote, want.Cause = e.RequestID, e.Remote, e.Cause
		if e != want {
			t.Errorf("%s: recorded %+v", path, e)
		}
	}
}

// Public documents are sent whole: net/http would refuse a part that is not
// there, or a document that changed, without a word.
func TestPublicDocumentsAreSentWhole(t *testing.T) {
	b := newBench(t, func(c *gate.Config) {
		c.Public["/document"] = gate.Route{Methods: []string{"GET"}, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "x.json", time.Time{}, strings.NewReader("{}"))
		})}
	})
	for name, value := range map[string]string{"Range": "bytes=9-", "If-Match": `"2"`, "If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"} {
		r := httptest.NewRequest("GET", "https://agent.test/document", nil)
		r.Header.Set(name, value)
		if w, _ := b.do(r); w.Code != 200 || w.Body.String() != "{}" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("GET", "https://agent.test/document", nil)
	r.Header.Set("If-None-Match", `"1"`)
	if w, _ := b.do(r); w.Code != http.StatusNotModified {
		t.Errorf("a copy that is good: %d", w.Code)
	}
}
