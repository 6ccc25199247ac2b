package gate

import (
	"cmp"
	"encoding/base32"
	"io"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/route"
	"github.com/getbindu/bindu-go/quota"
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
	whole []gate // those that have to admit it while it is answered
	// callers are the shares of those who proved their name, strangers those of
	// what is done in the name of a DID, from one address, before its signature
	// was verified.
	callers, strangers shares
	// guesses are the shares of certificates in tokens that nobody knows, asking those of
	// them in tokens that are being judged.
	guesses, asking shares
	protected       *route.Table[Route]
	// bareRoots are how the paths of HTTP+JSON begin, in small letters.
	bareRoots map[string]bool
}

// New returns a Chain, or an error that lists everything in the configuration
// that would leave a door open.
func New(cfg Config) (*Chain, error) {
	cfg.setDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	protected, err := route.New(cfg.Protected)
	if err != nil {
		return nil, err
	}
	c := &Chain{
		protected: protected,
		bareRoots: bareRoots(cfg.Protected),
		cfg:       cfg,
		callers:   shares{quota.NewCounter(cfg.Now), cfg.Limits.share()},
		strangers: shares{quota.NewCounter(cfg.Now), cfg.Limits.unproved()},
		guesses:   shares{quota.NewCounter(cfg.Now), cfg.Limits.guesses()},
		asking:    shares{quota.NewCounter(cfg.Now), cfg.Limits.asking()},
	}
	c.again, c.whole = c.proofs(), c.lasting()
	c.gates = []gate{
		{"shape", c.shape},
		{"route", c.routing},
		{"token", c.tokenSyntax},
		{"token", c.tokenOnce},
		{"certificate", c.certificate},
		{"signature", c.signatureHeaders},
		{"signature", c.demand},
		{"agreement", c.agreement},
		{"limit", c.limit},
		{"policy", c.callerPolicy},
		{"timestamp", c.timestamp},
		{"body", c.body},
		{"signature", c.signatureVerdict},
		{"proof", c.stillProved},
		{"limit", c.signerLimit}, // right before replay: of copies that come together few are charged
		{"replay", c.replay},
		{"signature", c.signAnswer},
		{"json", c.strictJSON},
		{"scope", c.scope},
		{"policy", c.policy},
		{"signature", c.rememberKey},
		{"last look", c.lastLook},
	}
	return c, nil
}

// ServeHTTP takes the request through the gates.
func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := c.newExchange(w, r)
	x.outcome.RequestID = c.newRequestID(x.random[:])
	x.requestID[0] = x.outcome.RequestID
	w.Header()["X-Request-Id"] = x.requestID[:]
	defer c.finish(x)
	defer x.done()
	for _, g := range c.gates {
		denial := g.check(x)
		if denial != nil {
			c.refuse(x, cmp.Or(denial.gate, g.name), denial)
			return
		}
		if x.public {
			c.publish(x)
			return
		}
	}
	c.admit(x)
}

func (c *Chain) refuse(x *exchange, gate string, d *Denial) {
	c.decide(x, c.refusal(x, gate, d))
	if x.w.begun() {
		panic(http.ErrAbortHandler)
	}
	r := x.r
	if form := c.formOf(x); form != jsonrpc.Enveloped {
		r = r.WithContext(jsonrpc.WithForm(r.Context(), form))
	}
	d.write(x.w, r, gate, x.outcome.RequestID, c.cfg.Auth0Numbers)
}

// wholeDocument are the headers that ask for a part of a document, or for it
// only if it is another than it is. Public ones are small and sent whole.
var wholeDocument = []string{"Range", "If-Range", "If-Match", "If-Unmodified-Since"}

// publish answers what is everybody's. It is no decision unless it is refused.
func (c *Chain) publish(x *exchange) {
	for _, name := range wholeDocument {
		x.r.Header.Del(name)
	}
	x.serve(x.r.WithContext(jsonrpc.WithOutcome(x.r.Context(), &x.outcome)))
}

func (c *Chain) admit(x *exchange) {
	ctx := x.r.Context()
	if x.tokenless && c.cfg.Mode == ModeHybrid {
		// Where certificate and signature are all that is asked for this is
		// how callers come; here an operator lets it pass for a time.
		c.cfg.Recorder.Record(ctx, c.event(x, audit.Warned, "token", &Denial{Reason: tokenAbsent}))
	}
	ctx = jsonrpc.WithBoth(identity.NewContext(ctx, x.caller), &x.envelope, &x.outcome)
	if form := x.route.form(); form != jsonrpc.Enveloped {
		ctx = jsonrpc.WithForm(ctx, form)
	}
	r := x.r.WithContext(ctx)
	for _, v := range x.says {
		r.SetPathValue(v.Name, v.Value)
	}
	// Credentials end here: what is behind the gates reads the caller, and can
	// neither leak nor relay what proved it.
	r.Header = publicHeader(r.Header)
	if x.route.MCP {
		r = r.WithContext(mcpwire.NewContext(ctx, x.message))
		mcpwire.Keep(r.Header, x.r.Header)
	}
	x.reread.Reset(x.body)
	r.Body = &x.reread
	r.ContentLength = int64(len(x.body))
	x.proved, x.w.chain, x.w.of = x.now, c, x
	x.serve(r)
}

var requestIDEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// newRequestID returns the random bits for which there is room as text. Randomness that
// fails yields the time instead: the id only helps to find a log line.
func (c *Chain) newRequestID(random []byte) string {
	if _, err := io.ReadFull(c.cfg.Rand, random); err != nil {
		return c.cfg.Now().UTC().Format(time.RFC3339Nano)
	}
	var text [requestIDBytes]byte
	return string(requestIDEncoding.AppendEncode(text[:0], random))
}

// requestIDBytes is room for 80 bits as text.
const requestIDBytes = 16
