package gate

import (
	"bytes"
	"cmp"
	"encoding/base32"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// gate is one stop: it admits by returning nil.
type gate struct {
	name  string
	check func(*exchange) *Denial
}

// Chain is the one handler of the listener. It holds no state of its own but
// the limits per caller, and may be used by many requests at once.
type Chain struct {
	cfg   Config
	gates []gate
	again []gate // those that are asked again when a request took long
	// usage is what proved callers do, strangers what is done in the name of a
	// DID, from one address, before its signature was verified.
	usage, strangers *usage
}

// New returns a Chain, or an error that lists everything in the configuration
// that would leave a door open.
func New(cfg Config) (*Chain, error) {
	cfg.setDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c := &Chain{cfg: cfg, usage: newUsage(cfg.Limits, cfg.Now), strangers: newUsage(cfg.Limits.unproved(), cfg.Now)}
	c.again = c.proofs()
	c.gates = []gate{
		{"shape", c.shape},
		{"route", c.routing},
		{"token", c.tokenSyntax},
		{"token", c.tokenVerdict},
		{"certificate", c.certificate},
		{"signature", c.signatureHeaders},
		{"agreement", c.agreement},
		{"limit", c.limit},
		{"policy", c.callerPolicy},
		{"timestamp", c.timestamp},
		{"body", c.body},
		{"signature", c.signatureVerdict},
		{"limit", c.signerLimit},
		{"proof", c.stillProved},
		{"replay", c.replay},
		{"json", c.strictJSON},
		{"scope", c.scope},
		{"policy", c.policy},
		{"signature", c.rememberKey},
		{"last look", c.stillProved},
	}
	return c, nil
}

// ServeHTTP takes the request through the gates.
func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: &response{ResponseWriter: w}, r: r, now: c.cfg.Now()}
	requestID := c.newRequestID()
	w.Header().Set("X-Request-Id", requestID)
	defer c.recoverPanic(x, requestID)
	defer x.done()
	for _, g := range c.gates {
		denial := g.check(x)
		if denial != nil {
			c.refuse(x, cmp.Or(denial.gate, g.name), requestID, denial)
			return
		}
		if x.public {
			x.route.Handler.ServeHTTP(x.w, x.r)
			return
		}
	}
	c.admit(x, requestID)
}

func (c *Chain) refuse(x *exchange, gate, requestID string, d *Denial) {
	c.cfg.Recorder.Record(x.r.Context(), c.event(x, audit.Refused, gate, requestID, d))
	if x.w.begun {
		panic(http.ErrAbortHandler)
	}
	d.write(x.w, x.r, gate, requestID, c.cfg.Auth0Numbers)
}

func (c *Chain) admit(x *exchange, requestID string) {
	ctx := x.r.Context()
	if x.tokenless && c.cfg.Mode == ModeHybrid {
		// Where certificate and signature are all that is asked for this is
		// how callers come; here an operator lets it pass for a time.
		c.cfg.Recorder.Record(ctx, c.event(x, audit.Warned, "token", requestID, &Denial{Reason: tokenAbsent}))
	}
	c.cfg.Recorder.Record(ctx, c.event(x, audit.Admitted, "", requestID, nil))
	r := x.r.WithContext(jsonrpc.NewContext(identity.NewContext(ctx, x.caller), x.envelope))
	// Credentials end here: what is behind the gates reads the caller, and can
	// neither leak nor relay what proved it.
	r.Header = publicHeader(r.Header)
	r.Body = io.NopCloser(bytes.NewReader(x.body))
	r.ContentLength = int64(len(x.body))
	x.route.Handler.ServeHTTP(x.w, r)
}

func (c *Chain) event(x *exchange, d audit.Decision, gate, requestID string, denial *Denial) audit.Event {
	e := audit.Event{
		Decision: d, Gate: gate, RequestID: requestID,
		DID: cmp.Or(x.provedName(), c.connectionName(x)), Method: x.envelope.Method, Remote: x.r.RemoteAddr,
	}
	if denial != nil {
		e.Reason, e.Cause = string(denial.Reason), denial.Cause
	}
	return e
}

// connectionName is the name in the certificate of the connection, where a gate
// before that of certificates decided: a token that is refused has none. The
// handshake proved it.
func (c *Chain) connectionName(x *exchange) string {
	if c.cfg.Mode == ModeOff || x.r.TLS == nil {
		return ""
	}
	name, err := mtls.PeerDID(x.r.TLS, c.cfg.Issuer)
	if err != nil {
		return ""
	}
	return name.String()
}

// provedName is the caller as far as it was proved.
func (x *exchange) provedName() string {
	switch {
	case !x.caller.DID.IsZero():
		return x.caller.DID.String()
	case !x.certDID.IsZero():
		return x.certDID.String()
	case !x.tokenDID.IsZero():
		return x.tokenDID.String()
	case x.caller.Claims.Issuer != "":
		return x.caller.Name() // of a caller without a DID
	default:
		return ""
	}
}

func (c *Chain) recoverPanic(x *exchange, requestID string) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	d := deny(Internal, &panicError{v, debug.Stack()})
	d.id = x.envelope.ID
	c.refuse(x, "handler", requestID, d)
}

var requestIDEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// newRequestID returns 80 random bits as text. Randomness that fails yields
// the time instead: the id only helps to find a log line.
func (c *Chain) newRequestID() string {
	var b [10]byte
	if _, err := io.ReadFull(c.cfg.Rand, b[:]); err != nil {
		return c.cfg.Now().UTC().Format(time.RFC3339Nano)
	}
	return requestIDEncoding.EncodeToString(b[:])
}
