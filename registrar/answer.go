package registrar

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// mapping turns a sentinel error into a word; the first match wins.
type mapping struct {
	err  error
	word refusal.Word
}

var claimFaults = []mapping{
	{signature.ErrMissing, refusal.MissingSignature},
	{signature.ErrScheme, SchemeRefused},
	{did.ErrMalformed, refusal.DIDMalformed},
}

var signatureFaults = []mapping{
	{did.ErrWeakKey, refusal.KeyWeak},
	{did.ErrSignatureMalformed, refusal.SignatureBad},
	{signature.ErrRequest, refusal.SignatureBad},
}

func lookup(table []mapping, err error, word refusal.Word) *Refusal {
	for _, m := range table {
		if errors.Is(err, m.err) {
			return refuse(m.word, err)
		}
	}
	return refuse(word, err)
}

// answerRefusal answers in the one shape that refusals have.
func (r *Registrar) answerRefusal(x *exchange, gate string, refused *Refusal) {
	s := say(refused.Word)
	hint := s.hint
	if refused.Hint != "" {
		hint = refused.Hint
	}
	h := x.w.Header()
	switch s.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", x.op.method)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(refused.RetryAfter.Seconds())))))
	}
	if refused.close {
		h.Set("Connection", "close")
	}
	r.recordRefusal(x, gate, s.status, refused)
	type fault struct {
		Code    int          `json:"code"`
		Message string       `json:"message"`
		Data    jsonrpc.Data `json:"data"`
	}
	answer(x.w, s.status, struct {
		Version string `json:"jsonrpc"`
		ID      *int   `json:"id"`
		Error   fault  `json:"error"`
	}{"2.0", nil, fault{s.code, s.message, jsonrpc.Data{Reason: string(refused.Word), Gate: gate, RequestID: x.id, Hint: hint}}})
}

// States of a registration.
const (
	stateRegistered = "registered"
	statePending    = "pending"
)

// answerResult tells the agent what came of its request. Never a secret.
func answerResult(x *exchange, result Result) {
	if result.Pending {
		x.w.Header().Set("Retry-After", "60")
		answer(x.w, http.StatusAccepted, struct {
			DID         did.DID `json:"did"`
			State       string  `json:"state"`
			Fingerprint string  `json:"fingerprint"`
		}{x.about, statePending, Fingerprint(x.key)})
		return
	}
	status := http.StatusOK
	if result.Created {
		status = http.StatusCreated
	}
	answer(x.w, status, struct {
		DID      did.DID  `json:"did"`
		State    string   `json:"state"`
		Scopes   []string `json:"scopes"`
		Audience []string `json:"audience"`
		Drift    []Drift  `json:"drift"`
		Foreign  bool     `json:"foreignWriter"`
	}{x.about, stateRegistered, result.Scopes, result.Audience, result.Drift, result.Foreign})
}

func answer(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil { // unreachable: texts and numbers in UTF-8
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	answerJSON(w, status, body)
}

func answerJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the agent is gone if this fails; it asks again
}
