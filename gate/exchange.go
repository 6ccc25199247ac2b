package gate

import (
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// exchange is one request on its way through the gates: each gate reads what
// earlier ones proved and adds its own.
type exchange struct {
	w   *response
	r   *http.Request
	now time.Time // when its proofs were last looked at

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
	place     *place          // in the share that pays
	release   func()          // gives back what the policy counts; may be nil
	tokenless bool            // no token came, and the mode allows it
	warned    map[Reason]bool // what was recorded as a warning
	capped    bool            // a permission was taken away and that was recorded
}

// done gives back what the request held.
func (x *exchange) done() {
	if x.release != nil {
		x.release()
	}
	x.place.release()
}

// response remembers whether an answer was begun, so that a panic after that
// ends the connection instead of sending a second one.
type response struct {
	http.ResponseWriter
	begun bool
}

func (w *response) WriteHeader(status int) {
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
