package peer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/retry"
)

// maxReply is how much of a result is read, in bytes.
const maxReply = 32 << 20

// maxDepth is how deeply an answer may be nested: what we take ourselves, in the
// wrappers of a dialect.
const maxDepth = 2 * jsonrpc.MaxDepth

// call makes one JSON-RPC call and repeats it where that is honest: the request
// is then made anew, with an id, a timestamp and a signature of its own.
func (c *Client) call(ctx context.Context, p Peer, may repeatable, method string, params any) (jsontext.Value, error) {
	client, err := c.HTTPClient(p)
	if err != nil {
		return nil, err
	}
	sent := new(bearer)
	return again(ctx, c.repeats(ctx, p, may, sent), func() (jsontext.Value, error) {
		return c.attempt(withBearer(ctx, sent), client, p, method, params)
	}, func(wait time.Duration, err error) {
		c.cfg.Logger.DebugContext(ctx, "calling again", "peer", p.DID.String(), "method", method, "wait", wait, "error", err)
	})
}

// again repeats try where r allows it and there is time, and tells note before
// each pause.
func again[T any](ctx context.Context, r repeats, try func() (T, error), note func(time.Duration, error)) (T, error) {
	for {
		result, err := try()
		wait, ok := r.after(ctx, err)
		if !ok || !enough(ctx, wait) {
			return result, err
		}
		note(wait, err)
		if err := retry.Wait(ctx, wait); err != nil {
			return result, err
		}
	}
}

func (c *Client) attempt(ctx context.Context, client *http.Client, p Peer, method string, params any) (jsontext.Value, error) {
	speaks, err := p.speaker()
	if err != nil {
		return nil, err
	}
	call := invocation{method: method, params: params}
	if call.id, err = newID(c.cfg.Rand); err != nil {
		return nil, err
	}
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	req, err := speaks.request(ctx, p, call)
	if err != nil {
		return nil, err
	}
	a, err := exchange(client, req, maxReply)
	if err != nil {
		return nil, err
	}
	result, err := speaks.result(a, call, c.cfg.Now())
	return result, p.heard(err)
}

// answer is an HTTP response that has been read.
type answer struct {
	status  int
	header  http.Header
	trailer http.Header
	body    []byte
	proved  bool // the peer signed it
	tls     *tls.ConnectionState
}

// uniqueNames is for what [jsonrpc.HasDuplicateNames] has looked at.
var uniqueNames = jsontext.AllowDuplicateNames(true)

// exchange sends a request and reads the whole answer. More than limit bytes
// of a success are [ErrTooLarge]; of anything else the beginning will do.
func exchange(client *http.Client, req *http.Request, limit int64) (answer, error) {
	ctx := req.Context()
	resp, err := client.Do(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return answer{}, context.Cause(ctx)
	case err != nil:
		return answer{}, err
	}
	return readAnswer(ctx, resp, limit)
}

// readAnswer reads and closes an answer; see [exchange].
func readAnswer(ctx context.Context, resp *http.Response, limit int64) (a answer, err error) {
	defer resp.Body.Close()
	a = answer{status: resp.StatusCode, header: resp.Header, tls: resp.TLS}
	if a.status >= 300 && a.status < 400 && ctx.Err() == nil {
		return answer{}, fmt.Errorf("%w (status %d)", ErrRedirect, a.status)
	}
	if read, ok := resp.Body.(*provedBody); ok {
		a.body, a.proved = read.whole, read.proved
	} else if a.status != http.StatusOK {
		a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	} else {
		a.body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	}
	switch {
	case ctx.Err() != nil: // what was read may be the end that our hanging up brought about
		return answer{}, context.Cause(ctx)
	case isVerdict(err):
		return answer{}, err
	case err != nil:
		return answer{}, fmt.Errorf("%w: reading the answer: %w", ErrUnreachable, err)
	case int64(len(a.body)) > limit:
		return answer{}, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	a.trailer = resp.Trailer
	if isGRPC(a.header) { // whose messages are bounded where they are read
		return a, nil
	}
	return a, checkDepth(a.body)
}

// checkDepth bounds how deeply JSON is nested, before it is read.
func checkDepth(text []byte) error {
	if jsonrpc.TooDeep(text, maxDepth) {
		return fmt.Errorf("%w: it is nested deeper than %d levels", ErrReply, maxDepth)
	}
	return nil
}

// How often and after what wait a call is repeated.
const (
	maxUnavailable = 2
	maxReplayed    = 1
	maxWait        = 30 * time.Second
)

// repeats counts what a call was repeated for. A refusal is final, but for an
// authority that is away for a while, for a request that the peer takes for a copy of
// an earlier one, and for a token that has ended. A peer that restarts comes back.
type repeats struct {
	may                   repeatable
	unavailable, replayed int
	pauses                *retry.Doubling // nil before the first
	away                  time.Duration   // all pauses together
	limit                 time.Duration   // of away; 0 is the caller's time

	renew   func() bool // has the next request made with another token; nil where there is none
	renewed bool        // it was
	signs   bool        // the peer signs what it answers once a request may have run
}

// repeats are those of a call whose requests say in sent with which token they were sent.
func (c *Client) repeats(ctx context.Context, p Peer, may repeatable, sent *bearer) repeats {
	return repeats{may: may, signs: p.demands(), renew: func() bool { return c.replace(ctx, sent) }}
}

func (r *repeats) after(ctx context.Context, err error) (wait time.Duration, ok bool) {
	if r.isAway(err) {
		return r.pause(ctx, 0)
	}
	if r.renews(err) {
		return 0, true
	}
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		return 0, false
	}
	if r.isDraining(refusal) {
		return r.pause(ctx, refusal.RetryAfter)
	}
	switch refusal.Status {
	case http.StatusServiceUnavailable:
		r.unavailable++
		return refusal.RetryAfter, 0 < refusal.RetryAfter && refusal.RetryAfter <= maxWait && r.unavailable <= maxUnavailable
	case http.StatusConflict:
		r.replayed++
		return 0, refusal.Reason == "replayed" && r.replayed <= maxReplayed
	}
	return 0, false
}
