package egress

import (
	"cmp"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// gateName is what decisions of this package are recorded under.
const gateName = "egress"

// exchange is one request and its answer.
type exchange struct {
	e        *Egress
	w        *noted
	r        *http.Request
	began    time.Time
	outcome  jsonrpc.Outcome
	envelope jsonrpc.Envelope
	peer     Peer
	did      string // of who answers, once that is known
	passed   bool   // the peer was asked
}

// noted is a response whose status is known.
type noted struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *noted) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *noted) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (e *Egress) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{e: e, w: &noted{ResponseWriter: w}, began: e.cfg.Now()}
	var id [8]byte
	if _, err := io.ReadFull(e.cfg.Rand, id[:]); err == nil {
		x.outcome.RequestID = hex.EncodeToString(id[:])
	}
	x.r = r.WithContext(jsonrpc.WithForm(jsonrpc.WithOutcome(r.Context(), &x.outcome), formOf(r)))
	return x
}

// formOf is how a request is answered, as far as that is known before its body.
func formOf(r *http.Request) jsonrpc.Form {
	path := r.URL.EscapedPath()
	switch {
	case isGRPC(r):
		return jsonrpc.GRPC
	case r.Method != http.MethodPost, strings.Contains(r.Header.Get("Content-Type"), "a2a+json"), strings.Contains(path, "/message:"), strings.Contains(path, "/tasks/"):
		return jsonrpc.Bare
	}
	return jsonrpc.Enveloped
}

// errRefused is the error of a request that goes no further for a word.
type errRefused struct {
	word refusal.Word
	hint string
}

func (e *errRefused) Error() string { return string(e.word) }

func refused(w refusal.Word) error { return &errRefused{word: w} }

// refuse answers for an error, in the form of the request.
func (x *exchange) refuse(err error) {
	a := answerTo(err)
	x.outcome.Cause = err
	h := x.w.Header()
	h.Set("X-Request-Id", x.outcome.RequestID)
	switch a.Word() {
	case refusal.SecretRequired:
		h["Www-Authenticate"] = []string{`Bearer realm="agent egress"`, `Basic realm="agent egress"`}
	case refusal.ProxySecret:
		h["Proxy-Authenticate"] = []string{`Basic realm="agent egress"`}
	case refusal.Overloaded:
		h.Set("Retry-After", "1")
	}
	if x.did != "" {
		h.Set(headerDID, x.did)
	}
	jsonrpc.Refuse(x.w, x.r, x.envelope.ID, a, gateName)
}

func answerTo(err error) refusal.Answer {
	if r, ok := errors.AsType[*errRefused](err); ok {
		return r.word.Answer().WithHint(r.hint)
	}
	return wordOf(err).Answer()
}

// finish records the call.
func (x *exchange) finish() {
	took := x.e.cfg.Now().Sub(x.began)
	e := audit.Event{
		Decision: audit.Admitted, RequestID: x.outcome.RequestID, DID: x.did, Method: x.method(),
		Remote: x.r.RemoteAddr, Status: x.w.status, Duration: took, Cause: x.outcome.Cause, Gate: gateName,
	}
	switch {
	case x.passed:
		e.Outcome = x.outcome.Reason
		x.e.metrics.took(x.peer.Name, took)
	case x.outcome.Reason != "":
		e.Decision, e.Reason = audit.Refused, x.outcome.Reason
	}
	x.e.cfg.Recorder.Record(x.r.Context(), e)
}

// method is what was asked of whom.
func (x *exchange) method() string {
	what := cmp.Or(x.envelope.Method, x.r.Method+" "+x.r.URL.EscapedPath())
	if x.peer.Name != "" {
		return x.peer.Name + " " + what
	}
	return what
}
