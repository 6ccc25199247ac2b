package gate

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// Denial is a refusal: the reason, and what only this one request explains.
type Denial struct {
	Reason Reason
	// Hint replaces the reason's general hint when it is not empty.
	Hint string
	// RetryAfter is sent in whole seconds with 429 and 503; zero means 1 s.
	RetryAfter time.Duration
	// Allow is the Allow header of a 405.
	Allow string
	// Permission is named in the WWW-Authenticate header of a 403.
	Permission string
	// Cause goes to the log and never to the peer.
	Cause error
	// gate is the one that refuses, where it is not the one that was asked.
	gate string
	// close ends the connection after the answer.
	close bool
	// id is the id of the request where it is known and may be told.
	id []byte
	// place is where the reason is said.
	place refusal.Place
}

// answer is what the peer is told. A reason that the catalogue lacks is an
// internal error to it.
func (d *Denial) answer() refusal.Answer {
	return refusal.Word(d.Reason).At(d.place).WithHint(d.Hint)
}

// Error makes a Denial an error for the log.
func (d *Denial) Error() string {
	if d.Cause == nil {
		return string(d.Reason)
	}
	return fmt.Sprintf("%s: %v", d.Reason, d.Cause)
}

// Unwrap returns the cause.
func (d *Denial) Unwrap() error { return d.Cause }

func deny(reason Reason, cause error) *Denial { return &Denial{Reason: reason, Cause: cause} }

// mapping turns a sentinel error into a reason; the first match wins.
type mapping struct {
	err    error
	reason Reason
}

func lookup(table []mapping, err error, otherwise Reason) *Denial {
	for _, m := range table {
		if errors.Is(err, m.err) {
			return deny(m.reason, err)
		}
	}
	return deny(otherwise, err)
}

// write sends the refusal in its one shape. The numbers are those of Auth0's
// guide where the operator asked for them.
func (d *Denial) write(w http.ResponseWriter, r *http.Request, gate, requestID string, auth0 bool) {
	a := d.answer()
	h := w.Header()
	if d.close {
		h.Set("Connection", "close")
	}
	switch a.Status() {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", challenge(a))
	case http.StatusForbidden:
		if d.Permission != "" {
			h.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+d.Permission+`"`)
		}
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		seconds := max(1, int(math.Ceil(d.RetryAfter.Seconds())))
		h.Set("Retry-After", strconv.Itoa(seconds))
	case http.StatusMethodNotAllowed:
		h.Set("Allow", d.Allow)
	case http.StatusUnsupportedMediaType:
		if jsonrpc.FormOf(r.Context()) == jsonrpc.GRPC {
			h.Set("Grpc-Accept-Encoding", "identity")
		}
	}
	if auth0 {
		a = jsonrpc.Numbered(r, a)
	}
	o := &jsonrpc.Outcome{RequestID: requestID}
	jsonrpc.Refuse(w, r.WithContext(jsonrpc.WithOutcome(r.Context(), o)), d.id, a, gate)
}

// challenge follows RFC 6750 section 3: no error code when no token was sent.
func challenge(a refusal.Answer) string {
	if a.Word() == refusal.AuthMissing || a.Code() == refusal.CodeCertificate {
		return "Bearer"
	}
	if a.Word() == refusal.AuthMalformed {
		return `Bearer error="invalid_request"`
	}
	return `Bearer error="invalid_token"`
}
