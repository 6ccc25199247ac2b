package audit

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
	DID       string        // the name as far as it was proved, "" before
	Method    string        // JSON-RPC method, "" where it is not known yet
	Remote    string        // address of the peer's socket
	Status    int           // of the HTTP answer, 0 if there is none
	Outcome   string        // word of the error with which an admitted request ended, "" for a result
	Duration  time.Duration // from the request to the end of its answer, 0 if there is no request
	Cause     error         // for our log only, with its Stack() string if it has one; it never reaches the peer
}

// Recorder counts decisions and logs those that an operator must see. Its
// methods may be called concurrently.
type Recorder struct {
	log       *slog.Logger
	decisions *prometheus.CounterVec
	access    slog.Level         // of admissions
	admitted  prometheus.Counter // resolved once: it is on the path of every request
	lines     bound              // of refusals and warnings
}

// NewRecorder registers its counter with reg. A nil logger discards.
func NewRecorder(log *slog.Logger, reg prometheus.Registerer) (*Recorder, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = slog.New(brief.Handler(log.Handler()))
	decisions := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "agent_gate_decisions_total",
		Help: "Decisions of the gates, by gate, decision and reason.",
	}, []string{"gate", "decision", "reason"})
	if err := reg.Register(decisions); err != nil {
		return nil, err
	}
	return &Recorder{
		log:       log,
		access:    slog.LevelDebug,
		decisions: decisions,
		admitted:  decisions.WithLabelValues("", string(Admitted), ""),
	}, nil
}

// LogAdmissions has admissions logged at level INFO. Call it before the first
// [Recorder.Record].
func (r *Recorder) LogAdmissions() { r.access = slog.LevelInfo }

// Record counts the event and logs it: refusals and warnings at level WARN,
// admissions at DEBUG unless [Recorder.LogAdmissions] was called. All are
// counted. Of refusals and warnings of one gate, reason and name it logs
// [LinesPerSecond], and says how many it left out: whoever is refused, with a
// name or without, decides how often.
func (r *Recorder) Record(ctx context.Context, e Event) {
	if e.Decision == Admitted {
		r.admitted.Inc()
		r.write(ctx, r.access, e)
		return
	}
	r.decisions.WithLabelValues(e.Gate, string(e.Decision), e.Reason).Inc()
	if r.allow(e) {
		r.write(ctx, slog.LevelWarn, e)
	}
}

func (r *Recorder) write(ctx context.Context, level slog.Level, e Event) {
	if r.log.Enabled(ctx, level) {
		r.log.LogAttrs(ctx, level, "gate "+string(e.Decision), e.attrs()...)
	}
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
