package gate

import (
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/quota"
)

// exchange is one request on its way through the gates: each gate reads what
// earlier ones proved and adds its own.
type exchange struct {
	w       *response
	r       *http.Request
	began   time.Time
	now     time.Time // when its proofs were last looked at
	outcome jsonrpc.Outcome
	served  bool // its handler was called
	decided bool // what became of it is recorded

	route     Route
	public    bool
	token     string  // set when a token was sent
	tokenDID  did.DID // proved by the token
	certDID   did.DID // proved by the certificate
	headerDID did.DID // claimed by X-DID

	claim    *signature.Claim  // nil where no signature is asked for
	signedAt int64             // unix seconds, of the claim
	body     []byte            // as it came, then the bytes that are signed
	key      ed25519.PublicKey // that verified it

	envelope  jsonrpc.Envelope
	caller    identity.Caller
	place     *quota.Place    // in the share that pays
	held      []func()        // give back what the request took, when it is done
	charged   bool            // the policy admitted and charged it
	tokenless bool            // no token came, and the mode allows it
	warned    map[Reason]bool // what was recorded as a warning
	capped    bool            // a permission was taken away and that was recorded
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
}

func (w *response) begun() bool { return w.status != 0 }

func (w *response) begin(status int) {
	if !w.begun() && status >= http.StatusOK { // those below announce an answer
		w.status = status
	}
}

func (w *response) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// FlushError sends what was written so far, at least the headers.
func (w *response) FlushError() error {
	w.begin(http.StatusOK)
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
