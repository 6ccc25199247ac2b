package egress

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// serve answers a request, or passes it on.
func (x *exchange) serve(a access) {
	t, err := x.admit(a)
	if err != nil {
		x.refuse(err)
		return
	}
	select {
	case x.e.places <- struct{}{}:
	default:
		x.refuse(refused(refusal.Overloaded))
		return
	}
	x.e.metrics.underway.Inc()
	defer func() {
		x.e.metrics.underway.Dec()
		<-x.e.places
	}()
	if err := x.carry(t); err != nil {
		x.refuse(err)
	}
}

// admit finds out whom a request is for, and whether it may be passed on.
func (x *exchange) admit(a access) (target, error) {
	t, wrong := targetOf(x.r)
	if word := a.judge(x.r, t); word != "" {
		return t, refused(word)
	}
	switch x.r.Method {
	case http.MethodGet, http.MethodPost, http.MethodDelete:
	default:
		x.w.Header().Set("Allow", "GET, POST, DELETE")
		return t, refused(refusal.MethodNotAllowed)
	}
	if wrong != "" {
		return t, refused(wrong)
	}
	p, listed := x.e.cfg.Peers.find(t)
	switch {
	case !listed:
		return t, refused(refusal.PeerUnlisted)
	case isDoubled(x.r.Header):
		return t, refused(refusal.DuplicateHeader)
	case isEncoded(x.r.Header):
		return t, refused(refusal.ContentEncoding)
	}
	x.peer = p
	return t, nil
}

// carry finds the peer, and hands out its card or passes the request on. An error is
// for who asked; once the answer has begun there is none.
func (x *exchange) carry(t target) error {
	body, err := x.readBody()
	if err != nil {
		return err
	}
	f, err := x.e.find(x.r.Context(), x.peer)
	if err != nil {
		return err
	}
	x.did = f.peer.DID.String()
	if t.path == card.Path || t.path == card.LegacyPath {
		return x.handOut(t, f)
	}
	return x.pass(t, f, body)
}

// readBody reads the body, and what it says of the call where it is one of JSON-RPC.
func (x *exchange) readBody() ([]byte, error) {
	limit := x.e.cfg.Limits.BodyBytes
	if x.r.ContentLength > limit {
		return nil, refused(refusal.PayloadTooLarge)
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, limit))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, refused(refusal.PayloadTooLarge)
	}
	if err != nil {
		x.w.Header().Set("Connection", "close")
		return nil, refused(jsonrpc.ReadFault(err).Answer.Word())
	}
	// The deadline was for the body; what is answered may last.
	_ = http.NewResponseController(x.w).SetReadDeadline(time.Time{})
	if jsonrpc.FormOf(x.r.Context()) == jsonrpc.Enveloped {
		x.envelope, _ = jsonrpc.Parse(body, jsonrpc.MaxDepth) // the peer judges it
	}
	return body, nil
}
