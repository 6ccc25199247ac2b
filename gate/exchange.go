package gate

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/route"
	"github.com/getbindu/bindu-go/quota"
)

// exchange is one request on its way through the gates: each gate reads what
// earlier ones proved and adds its own.
type exchange struct {
	w       *response
	r       *http.Request
	began   time.Time
	now     time.Time // when its proofs were last looked at
	proved  time.Time // when they were last true, once it is admitted
	outcome jsonrpc.Outcome
	served  bool // its handler was called
	decided bool // what became of it is recorded

	route     Route
	public    bool
	says      []route.Variable // what the path says
	token     string           // set when a token was sent
	tokenDID  did.DID          // proved by the token
	certDID   did.DID          // proved by the certificate
	headerDID did.DID          // claimed by X-DID

	claim    *signature.Claim  // nil where no signature is asked for
	demanded bool              // the answer has to be signed
	signedAt int64             // unix seconds, of the claim
	body     []byte            // as it came, then the bytes that are signed
	key      ed25519.PublicKey // that verified it

	envelope  jsonrpc.Envelope
	message   mcpwire.Message // of a route that speaks MCP; envelope is its
	caller    identity.Caller
	place     *quota.Place // in the share that pays when the request is done
	held      []func()     // give back what else the request took, when it is done
	heldRoom  [2]func()    // for held
	charged   bool         // the policy admitted and charged it
	kept      bool         // lasting is what the policy returned for it
	lasting   func(context.Context, identity.Caller, time.Time) error
	inactive  bool            // an authority does not know its token
	tokenless bool            // no token came, and the mode allows it
	warned    map[Reason]bool // what was recorded as a warning
	capped    bool            // a permission was taken away and that was recorded

	// What every request needs is allocated with it.
	response response
	random   [10]byte // of its id
	// requestID is the value of that header.
	requestID [1]string
	reread    bodyReader
}

// bodyReader reads the body that was verified.
type bodyReader struct{ bytes.Reader }

func (*bodyReader) Close() error { return nil }

func (c *Chain) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	began := c.cfg.Now()
	x := &exchange{r: r, began: began, now: began, response: response{ResponseWriter: w}}
	x.w, x.held = &x.response, x.heldRoom[:0]
	return x
}

// hold has something given back when the request is done. What takes nothing
// gives nothing back and may be nil.
func (x *exchange) hold(giveBack func()) {
	if giveBack != nil {
		x.held = append(x.held, giveBack)
	}
}

// done gives back what the request held, what it took last first. What panics
// keeps nothing else from being given back.
func (x *exchange) done() {
	defer x.place.Release()
	for _, giveBack := range x.held {
		defer giveBack()
	}
	x.held = nil
}

// response remembers what answer was begun: it is recorded, and a panic after
// that ends the connection instead of sending a second one.
type response struct {
	http.ResponseWriter
	status int // 0 until an answer is begun
	// chain and of are set once the request is admitted: its answer begins only if it
	// still would be.
	chain  *Chain
	of     *exchange
	lapsed bool // it was refused instead, or goes no further
	cut    bool // it had begun: what is missing must not look complete
	last   int  // how many bytes a handler may still write that knows that nothing else goes out
	// signed is the writer of an answer that has to be signed, else nil.
	signed *signedWriter
}

func (w *response) begun() bool { return w.status != 0 }

func (w *response) begin(status int) {
	if !w.begun() && status >= http.StatusOK { // those below announce an answer
		w.status = status
	}
}

func (w *response) WriteHeader(status int) {
	if w.lapsed || status >= http.StatusOK && !w.admitted() {
		return
	}
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	if w.lapsed || !w.admitted() {
		return 0, errLapsed
	}
	w.begin(http.StatusOK)
	if w.signed != nil {
		return w.signed.Write(p)
	}
	return w.inPieces(w.ResponseWriter, p)
}

// inPieces writes to out in pieces, each of them only while the caller is proved: a slow
// reader makes a single Write last.
func (w *response) inPieces(out http.ResponseWriter, p []byte) (written int, err error) {
	for {
		piece := p[:min(len(p), leasedPiece)]
		if w.lapsed || !w.goesOn(len(piece)) {
			return written, errLapsed
		}
		n, err := out.Write(piece)
		written += n
		if p = p[n:]; err != nil || len(p) == 0 {
			return written, err
		}
	}
}

// leasedWriter is beneath what signs: it hands on pieces.
type leasedWriter struct {
	http.ResponseWriter
	of *response
}

func (w leasedWriter) Write(p []byte) (int, error) { return w.of.inPieces(w.ResponseWriter, p) }

// Unwrap gives http.ResponseController the writer's abilities.
func (w leasedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteWhole writes an answer that is all in p: where it is signed it need not be kept.
func (w *response) WriteWhole(status int, p []byte) (int, error) {
	if w.signed != nil {
		w.signed.whole = true
	}
	w.WriteHeader(status)
	return w.Write(p)
}

// complete ends an answer of which no more is written; false: the connection has to be cut.
func (w *response) complete() bool { return w.signed == nil || w.signed.complete() }

// FlushError sends what was written so far, at least the headers.
func (w *response) FlushError() error {
	if w.lapsed || !w.admitted() || !w.goesOn(0) {
		return errLapsed
	}
	w.begin(http.StatusOK)
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
