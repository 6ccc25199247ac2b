package egress

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
)

// pass sends a request to a peer, and hands on what it answers.
func (x *exchange) pass(t target, f found, body []byte) error {
	if strings.HasPrefix(t.path, "/.well-known/") { // for everybody, and so signed by nobody
		return &errRefused{refusal.NotFound, "Of a peer's documents only its card is passed on."}
	}
	q, err := x.bind(f.peer)
	if err != nil {
		return err
	}
	client, err := x.e.cfg.Client.HTTPClient(q)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(x.r.Context())
	defer cancel(nil)
	req, err := x.request(ctx, t, q, body)
	if err != nil {
		return err
	}
	quiet := time.AfterFunc(x.e.cfg.Limits.Answer, func() {
		cancel(fmt.Errorf("%w: no answer within %s", peer.ErrTimeout, x.e.cfg.Limits.Answer))
	})
	defer quiet.Stop()
	x.passed = true
	resp, err := client.Do(req)
	if err == nil && 300 <= resp.StatusCode && resp.StatusCode < 400 {
		err = fmt.Errorf("%w (status %d)", peer.ErrRedirect, resp.StatusCode)
		resp.Body.Close()
	}
	if err != nil {
		return x.distrust(causeOf(ctx, err))
	}
	defer resp.Body.Close()
	a := &answer{x: x, resp: resp, cancel: cancel, quiet: quiet, ctx: ctx}
	a.relay()
	return nil
}

// distrust has a peer looked at anew after an error that says that it is not what it was.
func (x *exchange) distrust(err error) error {
	if endsTrust(wordOf(err)) {
		x.e.forget(x.r.Context(), x.peer)
	}
	return err
}

// causeOf prefers why we hung up.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// bind returns the peer as it is spoken to by the request. What is not JSON-RPC at its
// endpoint is signed with its method and target, or not at all.
func (x *exchange) bind(q peer.Peer) (peer.Peer, error) {
	form := jsonrpc.FormOf(x.r.Context())
	if form == jsonrpc.GRPC {
		q.Binding = peer.GRPC
	}
	if form == jsonrpc.Enveloped {
		return q, nil
	}
	if q.Protocol != card.V1 || !signature.Prefer(q.Schemes).CoversContentType() {
		return q, peer.ErrBinding
	}
	return q, nil
}

// request is what the peer is sent: the body as it came, and of the headers those that are
// passed on.
func (x *exchange) request(ctx context.Context, t target, q peer.Peer, body []byte) (*http.Request, error) {
	to, err := url.Parse(q.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", peer.ErrAddress, err)
	}
	to.RawPath, to.RawQuery = t.path, t.query
	if to.Path, err = url.PathUnescape(t.path); err != nil {
		return nil, refused(refusal.PathMalformed)
	}
	if to.EscapedPath() != t.path {
		return nil, refused(refusal.PathMalformed)
	}
	req, err := http.NewRequestWithContext(ctx, x.r.Method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, refused(refusal.PathMalformed)
	}
	copyAsked(req.Header, x.r.Header)
	if isGRPC(x.r) {
		req.Header.Set("Te", "trailers")
	}
	return req, nil
}
