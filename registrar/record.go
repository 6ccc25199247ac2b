package registrar

import (
	"context"
	"log/slog"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
)

// recordRefusal hands a refusal to the recorder, or to the log where there is none.
func (r *Registrar) recordRefusal(x *exchange, gate string, status int, refused *Refusal) {
	if r.cfg.Recorder != nil {
		r.cfg.Recorder.Record(x.r.Context(), audit.Event{
			Decision: audit.Refused, Gate: gate, Reason: string(refused.Word), RequestID: x.id, DID: x.who().String(), Claimed: !x.proved,
			Method: x.r.Method, Remote: x.r.RemoteAddr, Status: status, Duration: r.cfg.Now().Sub(x.now), Cause: refused.Cause,
		})
		return
	}
	level := slog.LevelDebug // anybody may have sent it
	if gate == gateEnrolment || gate == gateRegistry {
		level = slog.LevelInfo
	}
	r.cfg.Logger.Log(x.r.Context(), level, "request refused", slog.String("reason", string(refused.Word)), slog.String("gate", gate),
		slog.String("operation", x.op.called()), slog.String("client_id", x.who().String()), slog.String("request_id", x.id), slog.Any("cause", refused.Cause))
}

// recordRegistration tells the recorder of a client that was written.
func (r *Registrar) recordRegistration(ctx context.Context, q request) {
	r.recordChange(ctx, q.did, "registration", q.address)
}

// recordChange tells the recorder of a change that an agent asked for.
func (r *Registrar) recordChange(ctx context.Context, d did.DID, operation, address string) {
	if r.cfg.Recorder != nil {
		r.cfg.Recorder.Record(ctx, audit.Event{Decision: audit.Admitted, DID: d.String(), Method: operation, Remote: address})
	}
}
