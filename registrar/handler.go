package registrar

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// PathClients begins the path of a client; its DID follows, as it is.
const PathClients = "/v1/clients/"

// exchange is one request on its way through the checks.
type exchange struct {
	w http.ResponseWriter
	r *http.Request
	// id is that of the request, for the log and the answer.
	id      string
	now     time.Time
	address string
	did     did.DID
	claim   *signature.Claim
	signed  time.Time
	body    []byte
	reg     Registration
}

// check is one reason to refuse. It has the name by which the answer calls it.
type check struct {
	name string
	run  func(*Registrar, *exchange) *Refusal
}

// checks are what is looked at before the database decides, in this order: what
// costs nothing first, the signature last.
var checks = []check{
	{"route", (*Registrar).route},
	{"shape", (*Registrar).shape},
	{"signature", (*Registrar).claimed},
	{"timestamp", (*Registrar).timely},
	{"limits", (*Registrar).limited},
	{"body", (*Registrar).readBody},
	{"signature", (*Registrar).verified},
}

// gateEnrolment names what the database decides.
const gateEnrolment = "enrolment"

// ServeHTTP registers the agent that signed the request: PUT [PathClients]DID.
func (r *Registrar) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	id, err := newID(r.cfg.Random)
	x := &exchange{w: w, r: req, id: id, now: r.cfg.Now(), address: addressOf(req.RemoteAddr)}
	if err != nil {
		r.answerRefusal(x, gateEnrolment, refuse(refusal.Internal, err))
		return
	}
	for _, c := range checks {
		if refused := c.run(r, x); refused != nil {
			r.answerRefusal(x, c.name, refused)
			return
		}
	}
	result, err := r.register(req.Context(), request{
		did: x.did, reg: x.reg, nonce: x.claim.ReplayKey(), signed: x.signed, address: x.address,
	})
	if err != nil {
		r.answerRefusal(x, gateEnrolment, refusalOf(err))
		return
	}
	answerResult(x, result)
}

// route takes one spelling of each path, so that no other reaches a client.
func (r *Registrar) route(x *exchange) *Refusal {
	text, ok := strings.CutPrefix(x.r.RequestURI, PathClients)
	if !ok || len(text) > 2*did.MaxLength {
		return refuse(refusal.NotFound, nil)
	}
	d, err := did.Parse(text)
	if err != nil {
		return refuse(refusal.NotFound, err)
	}
	if !registrable(d) || d == r.cfg.Self {
		return refuse(DIDUnsupported, nil)
	}
	if x.r.Method != http.MethodPut {
		return refuse(refusal.MethodNotAllowed, nil)
	}
	x.did = d
	return nil
}

// singular are the headers that are refused when there are two: readers could
// choose differently.
var singular = append(signature.HeaderNames(), "Content-Type", "Content-Encoding")

func (r *Registrar) shape(x *exchange) *Refusal {
	for name, values := range x.r.Header {
		spelt := http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
		for _, s := range singular {
			if strings.EqualFold(spelt, s) && (len(values) > 1 || spelt != name) {
				return refuse(refusal.DuplicateHeader, errors.New("header "+s))
			}
		}
	}
	if x.r.ContentLength > MaxBody {
		return &Refusal{Word: refusal.PayloadTooLarge, close: true}
	}
	return nil
}

// claimed reads who says to have signed; nothing is proved yet.
func (r *Registrar) claimed(x *exchange) *Refusal {
	claim, err := signature.Read(x.r.Header, signature.Recipient{
		DID: r.cfg.Self, Method: x.r.Method, Target: x.r.RequestURI, ContentType: x.r.Header.Get("Content-Type"),
	})
	switch {
	case errors.Is(err, signature.ErrRecipient):
		return &Refusal{Word: refusal.WrongRecipient, Hint: "The registrar is " + r.cfg.Self.String() + "."}
	case err != nil:
		return lookup(claimFaults, err, refusal.SignatureBad)
	case claim.Scheme != signature.Octets1:
		return refuse(SchemeRefused, nil)
	case claim.Signer != x.did:
		return refuse(PathMismatch, nil)
	}
	x.claim = claim
	return nil
}

func (r *Registrar) timely(x *exchange) *Refusal {
	stamp, err := x.claim.Timestamp()
	if err != nil {
		return refuse(refusal.TimestampBad, err)
	}
	// Compared in seconds without subtracting: a timestamp may be any int64.
	now, window := x.now.Unix(), int64(r.cfg.Window/time.Second)
	if stamp < now-window || stamp > now+window {
		return &Refusal{Word: refusal.TimestampWindow, Hint: "The registrar's clock says " + x.now.UTC().Format(time.RFC3339) + "."}
	}
	x.signed = time.Unix(stamp, 0)
	return nil
}

// limited looks at the rates. Those of strangers never touch DIDs that are known.
func (r *Registrar) limited(x *exchange) *Refusal {
	var known bool
	err := r.cfg.Store.View(x.r.Context(), func(read Reader) error {
		c, err := read.Client(x.did)
		known = c != nil
		return err
	})
	if err != nil {
		return refusalOf(err)
	}
	if !r.limits.allow(x.did.String(), x.address, known) {
		return &Refusal{Word: refusal.RateLimited, RetryAfter: time.Minute}
	}
	return nil
}

func (r *Registrar) readBody(x *exchange) *Refusal {
	body, fault := jsonrpc.ReadJSON(x.w, x.r, MaxBody)
	if fault != nil {
		return &Refusal{Word: fault.Answer.Word(), Cause: fault.Cause, close: fault.EndsConnection(x.r)}
	}
	var refused *Refusal
	x.body = body
	x.reg, refused = parseRegistration(body)
	return refused
}

// verified proves that who sends the request has the key that the body names.
func (r *Registrar) verified(x *exchange) *Refusal {
	if _, err := x.claim.Verify(x.reg.Key, x.body); err != nil {
		return lookup(signatureFaults, err, refusal.CryptoMismatch)
	}
	return nil
}
