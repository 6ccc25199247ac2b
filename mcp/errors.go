package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/internal/sse"
)

// Why a caller gets no answer of the server.
var (
	errNobody    = errors.New("the request has no caller")
	errNoSession = errors.New("the caller has no such session")
	errAway      = errors.New("the server does not answer")
	errSilent    = errors.New("the server was silent")
	errAnswer    = errors.New("not an answer of MCP")
	errLarge     = errors.New("the answer is too large")
	errStopping  = errors.New("this agent is about to stop")
)

// refusedError is a status that is not handed on.
type refusedError int

func (e refusedError) Error() string {
	return fmt.Sprintf("the server answered with status %d", int(e))
}

// words are those for errors; the first match counts.
var words = []struct {
	err  error
	word refusal.Word
}{
	{errNobody, refusal.AuthMissing},
	{errNoSession, refusal.SessionUnknown},
	{errSessions, refusal.QuotaExceeded},
	{errFull, refusal.Overloaded},
	{errStopping, refusal.ShuttingDown},
	{errSilent, refusal.UpstreamTimeout},
	{errLarge, refusal.UpstreamTooLarge},
	{fetch.ErrTooLong, refusal.UpstreamTooLarge},
	{sse.ErrTooLarge, refusal.UpstreamTooLarge},
	{errAnswer, refusal.UpstreamAnswer},
	{errAway, refusal.UpstreamUnavailable},
	{context.Canceled, refusal.RequestEnded},
}

// answerTo is what a caller is told of an error.
func answerTo(err error) refusal.Answer {
	for _, w := range words {
		if errors.Is(err, w.err) {
			return w.word.At(refusal.MCP)
		}
	}
	status, refused := errors.AsType[refusedError](err)
	switch {
	case !refused:
		return refusal.Internal.At(refusal.MCP)
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return refusal.UpstreamUnavailable.At(refusal.MCP)
	}
	return refusal.UpstreamRefused.At(refusal.MCP)
}

// readAll reads the verified body, which is all there.
func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	return body, nil
}
