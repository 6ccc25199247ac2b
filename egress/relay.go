package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
)

const pieceBytes = 32 << 10

// answer is what a peer answers, on its way.
type answer struct {
	x      *exchange
	resp   *http.Response
	ctx    context.Context
	cancel context.CancelCauseFunc
	quiet  *time.Timer // ends the request; of an answer that says nothing for too long
	grpc   bool
	events bool
	last   [2]byte // of what was handed on
}

// relay hands on an answer. What breaks off is ended as its form has it: with an event or
// a status that says why, and else with the connection.
func (a *answer) relay() {
	a.grpc = grpcframe.SaysGRPC(a.resp.Header.Get("Content-Type"))
	a.events = !a.grpc && strings.HasPrefix(a.resp.Header.Get("Content-Type"), "text/event-stream")
	if a.grpc { // who is silent is asked by PING whether it is there
		a.quiet.Stop()
	} else {
		a.quiet = a.silence()
		defer a.quiet.Stop()
	}
	if a.streams() {
		defer context.AfterFunc(a.x.e.ending, func() { a.cancel(errStopping) })()
	}
	a.begin()
	err := a.copy()
	if err == nil && a.streams() && a.x.r.Context().Err() == nil {
		err = context.Cause(a.ctx) // what ends because we hung up is no end of the peer's
	}
	switch {
	case errors.Is(err, errReader):
		a.x.outcome.Reason, a.x.outcome.Cause = string(refusal.RequestEnded), err
	case err != nil:
		a.breakOff(a.x.distrust(causeOf(a.ctx, err)))
	case a.grpc:
		a.conclude()
	}
}

// streams reports an answer whose pieces are handed on as they come.
func (a *answer) streams() bool {
	return a.events || a.grpc && a.resp.Header.Get("Grpc-Status") == ""
}

// silence replaces the bound of the time until an answer by that of its pauses.
func (a *answer) silence() *time.Timer {
	a.quiet.Stop()
	limit := a.x.e.cfg.Limits.Silence
	return time.AfterFunc(limit, func() { a.cancel(fmt.Errorf("%w: nothing came for %s", peer.ErrTimeout, limit)) })
}

// begin writes the header.
func (a *answer) begin() {
	h := a.x.w.Header()
	copyListed(h, a.resp.Header, answered)
	h.Set(headerDID, a.x.did)
	h.Set(headerProof, "certificate")
	if peer.Proved(a.resp) {
		h.Set(headerProof, "signed")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	a.x.w.WriteHeader(a.resp.StatusCode)
	if a.streams() {
		_ = http.NewResponseController(a.x.w).Flush() // who is gone is noticed at the next write
	}
}

// errReader: who asked reads no more.
var errReader = errors.New("the program that asked is gone")

// copy hands on the body, as fast as it is read.
func (a *answer) copy() error {
	piece := make([]byte, pieceBytes)
	out := http.NewResponseController(a.x.w)
	for {
		n, err := a.resp.Body.Read(piece)
		if n > 0 {
			if !a.grpc {
				a.quiet.Reset(a.x.e.cfg.Limits.Silence)
			}
			a.note(piece[:n])
			if _, failed := a.x.w.Write(piece[:n]); failed != nil {
				return fmt.Errorf("%w: %w", errReader, failed)
			}
			if a.streams() {
				_ = out.Flush()
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && a.x.r.Context().Err() != nil:
			return fmt.Errorf("%w: %w", errReader, err)
		case err != nil && wordOf(err) == refusal.Internal: // of the connection
			return fmt.Errorf("%w: %w", peer.ErrCut, err)
		case err != nil:
			return err
		}
	}
}

// note keeps the end of what is handed on.
func (a *answer) note(p []byte) {
	if len(p) > 1 {
		a.last = [2]byte(p[len(p)-2:])
	} else {
		a.last = [2]byte{a.last[1], p[0]}
	}
}

// between reports whether the last event has come whole.
func (a *answer) between() bool { return a.last == [2]byte{} || a.last == [2]byte{'\n', '\n'} }

// conclude writes the status of gRPC behind its messages. Without one the answer is not
// whole.
func (a *answer) conclude() {
	if a.resp.Header.Get("Grpc-Status") != "" {
		return // there was nothing else
	}
	if a.resp.Trailer.Get("Grpc-Status") == "" {
		a.breakOff(peer.ErrCut)
		return
	}
	for _, name := range trailing {
		if values, ok := a.resp.Trailer[name]; ok {
			a.x.w.Header()[http.TrailerPrefix+name] = values
		}
	}
}

// isOfMCP reports a stream that a server of MCP opened for its own messages: an error in it
// would be one of them, and its reader asks for it anew when it breaks off.
func (a *answer) isOfMCP() bool {
	h := a.x.r.Header
	return a.x.r.Method == http.MethodGet && (h.Get("Mcp-Session-Id") != "" || h.Get("Mcp-Protocol-Version") != "")
}

// breakOff ends an answer that has begun.
func (a *answer) breakOff(err error) {
	x, said := a.x, answerTo(err)
	x.outcome.Cause = err
	switch {
	case a.grpc:
		jsonrpc.RefusalStatus(x.r, said, gateName).Set(x.w.Header(), http.TrailerPrefix)
	case a.events && a.between() && !a.isOfMCP():
		body := jsonrpc.RefusalBody(x.r, x.envelope.ID, said, gateName)
		fmt.Fprintf(x.w, "data: %s\n\n", body)
	default:
		x.outcome.Reason = string(said.Word())
		panic(http.ErrAbortHandler) // an error to the reader, whatever of the answer it has
	}
}
