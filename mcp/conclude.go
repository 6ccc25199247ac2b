package mcp

import (
	"context"
	"errors"
	"net/http"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// conclude ends the answer to a request with the error that ended it, and any other stream
// with the connection: its reader begins anew, or goes on behind the last event.
func (s *events) conclude(err error) {
	outcome := jsonrpc.OutcomeOf(s.r.Context())
	over, lapsed := errors.AsType[*lease.Ended](err)
	switch {
	case err == nil:
		return
	case errors.Is(err, context.Canceled) || s.r.Context().Err() != nil:
		outcome.Reason = string(refusal.RequestEnded)
		return
	case errors.Is(err, errStopping):
		return // served until the stop
	}
	outcome.Cause = err
	a, gate := answerTo(err), ""
	if lapsed {
		a, gate = refusal.AuthExpired.At(refusal.MCP), over.Gate
	}
	if !s.message.IsRequest() || s.named && !lapsed {
		outcome.Reason = string(a.Word())
		panic(http.ErrAbortHandler)
	}
	body := jsonrpc.RefusalBody(s.r, s.message.ID, a, gate)
	_ = s.write(append(append([]byte("data: "), body...), "\n\n"...))
}
