package audit

import (
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/brief"
)

// Decision is what a gate did with a request or a connection.
type Decision string

const (
	// Admitted: every gate let the request through.
	Admitted Decision = "admitted"
	// Refused: a gate turned the request or the connection away.
	Refused Decision = "refused"
	// Warned: it went through, but only because a setting allows what should not last.
	Warned Decision = "warned"
)

// Event is one decision. Gate and Reason come from small fixed sets, since
// both become metric labels.
type Event struct {
	Decision  Decision
	Gate      string // which gate decided, "" when all of them did
	Reason    string // stable snake_case word, "" when admitted
	RequestID string
	DID       string        // the name as far as it was proved, "" before, or see Claimed
	Claimed   bool          // DID is what the request says, and nobody has proved it
	Method    string        // JSON-RPC method, "" where it is not known yet
	Remote    string        // address of the peer's socket
	Status    int           // of the HTTP answer, 0 if there is none
	Outcome   string        // word of the error with which an admitted request ended, "" for a result
	Duration  time.Duration // from the request to the end of its answer, 0 if there is no request
	Cause     error         // for our log only, with its Stack() string if it has one; it never reaches the peer
}

// stacked is an error that knows the stack where it arose.
type stacked interface {
	error
	Stack() string
}

func (e Event) attrs() []slog.Attr {
	all := []slog.Attr{
		slog.String("gate", e.Gate),
		slog.String("reason", e.Reason),
		slog.String("request_id", brief.Text(e.RequestID)),
		slog.String("did", e.DID),
		slog.String("method", brief.Text(e.Method)),
		slog.String("remote", brief.Text(e.Remote)),
		slog.String("outcome", e.Outcome),
	}
	attrs := all[:0]
	for _, a := range all {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if e.Status != 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	if e.Duration != 0 {
		attrs = append(attrs, slog.Duration("duration", e.Duration))
	}
	if e.Cause != nil {
		attrs = append(attrs, slog.String("cause", e.Cause.Error()))
	}
	if where, ok := errors.AsType[stacked](e.Cause); ok {
		attrs = append(attrs, slog.String(brief.StackKey, where.Stack()))
	}
	return attrs
}
