package registrar

import (
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// exchange is one request on its way through the checks.
type exchange struct {
	w http.ResponseWriter
	r *http.Request
	// id is that of the request, for the log and the answer.
	id      string
	now     time.Time
	address string
	// op is what is asked for, about the DID in the path.
	op     *operation
	about  did.DID
	claim  *signature.Claim
	signed time.Time
	// keys are those of who says to have signed that count now.
	keys []ed25519.PublicKey
	// paced is true while the address is charged for what nobody has proved yet.
	paced bool
	// release gives back what the body holds.
	release func()
	// What was read of the body, as far as the operation has it.
	body   []byte
	reg    Registration
	tlsKey TLSKey
	token  string
	// followed are the DIDs of whose revocations the agent wants to be told.
	followed []did.DID
	// key is the one that signed.
	key ed25519.PublicKey
	// proved is true once who is named was seen to be that: not by a key that a registration
	// names, unless it is the DID's already.
	proved bool
	// credential is the token in the path of an agent of the reference, which signs nothing;
	// known is true where a DID is known by it.
	credential *Token
	known      bool
	bearer     Secret
}

// who says to have signed, or could have: nothing is proved before the last check.
func (x *exchange) who() did.DID {
	switch {
	case x.credential != nil:
		return x.credential.Reference
	case x.claim == nil:
		return x.about
	}
	return x.claim.Signer
}

// proof is who signed a request, and by what it is known again.
func (x *exchange) proof() proof {
	return proof{did: x.claim.Signer, key: x.key, nonce: x.claim.ReplayKey(), signed: x.signed}
}

// Names of what the database decides: whether an agent may register, and what one that
// is registered may have.
const (
	gateEnrolment = "enrolment"
	gateRegistry  = "registry"
)

// ServeHTTP carries out what the agent that signed the request asks for.
func (r *Registrar) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.serve(w, req, checks) }

func (r *Registrar) serve(w http.ResponseWriter, req *http.Request, checks []check) {
	id, err := newID(r.cfg.Random)
	x := &exchange{w: w, r: req, id: id, now: r.cfg.Now(), address: addressOf(req.RemoteAddr), release: func() {}}
	defer func() { x.release() }()
	if err != nil {
		r.answerRefusal(x, checks[0].name, refuse(refusal.Internal, err))
		return
	}
	for _, c := range checks {
		if refused := c.run(r, x); refused != nil {
			gate := c.name
			if c.strange {
				gate, refused = r.asStranger(x, gate, refused)
			}
			r.answerRefusal(x, gate, refused)
			return
		}
	}
	if err := x.op.carryOut(r, x); err != nil {
		r.answerRefusal(x, x.op.gate, refusalOf(err))
	}
}

// registerAgent carries out a registration.
func (r *Registrar) registerAgent(x *exchange) error {
	result, err := r.register(x.r.Context(), request{proof: x.proof(), reg: x.reg, address: x.address, newSecret: x.reg.NewSecret})
	if err == nil {
		answerResult(x, result)
	}
	return err
}
