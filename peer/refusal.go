package peer

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxRefusal is how much of an answer other than 200 is read, in bytes.
const maxRefusal = 64 << 10

// Refusal is a request that the peer turned down: at one of its gates, or in
// the protocol, where Status is 200 by JSON-RPC. The texts are the peer's: they are cut
// short and hold no control characters, but nothing in them is proved unless Proved is.
type Refusal struct {
	// Status is the HTTP status; of gRPC, which has none of its own, the one that stands
	// for its code.
	Status int
	// Code is the error number of JSON-RPC, also where another binding says the word for
	// it; 0 if there was none.
	Code int
	// Reason is the stable word for the cause, Gate which check said so.
	Reason, Gate string
	// Hint says what can be done, RequestID where the peer logged it.
	Hint, RequestID string
	// Message is one line for a human.
	Message string
	// Proved is true where the peer signed it.
	Proved bool
	// RetryAfter is how long the peer asks to wait, 0 if it does not say.
	RetryAfter time.Duration

	invalidToken bool // the challenge of a 401 says so
	ofProtocol   bool // it is an error of A2A
}

// isLate reports what only a caller gets to hear who has passed the gates behind which
// answers are signed.
func (r *Refusal) isLate() bool {
	switch r.Gate {
	case "json", "scope", "task", "handler", "negotiation", "resolve":
		return true
	}
	return r.ofProtocol
}

// heard refuses a refusal that the peer would have signed: somebody else says so.
func (p Peer) heard(err error) error {
	if r, ok := errors.AsType[*Refusal](err); ok && p.demands() && !r.Proved && r.isLate() {
		return fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	return err
}

// Error is one line with reason, message, gate and status.
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString("the peer refused the request: ")
	if r.Message != "" {
		b.WriteString(r.Message)
	} else {
		b.WriteString(strings.ToLower(http.StatusText(r.Status)))
	}
	fmt.Fprintf(&b, " (status %d", r.Status)
	if r.Code != 0 {
		fmt.Fprintf(&b, ", code %d", r.Code)
	}
	if r.Reason != "" {
		b.WriteString(", reason " + r.Reason)
	}
	if r.Gate != "" {
		b.WriteString(", gate " + r.Gate)
	}
	b.WriteString(")")
	return b.String()
}

// parseRefusal makes the best of an answer that is not a result.
func parseRefusal(a answer, now time.Time) *Refusal {
	r := &Refusal{Status: a.status, Proved: a.proved, invalidToken: saysInvalidToken(a.header)}
	r.fill(a.body)
	r.RetryAfter = parseRetryAfter(a.header.Get("Retry-After"), now)
	if r.RequestID == "" {
		r.RequestID = printable(a.header.Get("X-Request-Id"), maxWord)
	}
	return r
}

// maxRetryAfter keeps a silly number from overflowing; nobody waits that long.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter reads seconds or a date (RFC 9110 section 10.2.3).
func parseRetryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	return 0
}

// How much of a peer's texts is kept, in characters.
const (
	maxWord     = 100
	maxSentence = 500
)

// printable returns text as one line that a terminal shows and nothing more:
// control and formatting characters become U+FFFD.
func printable(text string, limit int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	runes := 0
	for i := range text {
		if runes++; runes > limit {
			text = text[:i] + "…"
			break
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\ufffd'
	}, text)
}
