package registrar

import (
	"crypto/ed25519"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// check is one reason to refuse. It has the name by which the answer calls it.
type check struct {
	name string
	run  func(*Registrar, *exchange) *Refusal
}

// checks are what is looked at before the database decides, in this order: what
// costs nothing first, then the signature, and what all strangers share last: who has
// proved nothing takes nothing from those who have.
var checks = []check{
	{"route", (*Registrar).route},
	{"shape", (*Registrar).shape},
	{"signature", (*Registrar).claimed},
	{"timestamp", (*Registrar).timely},
	{"limits", (*Registrar).limited},
	{"body", (*Registrar).readBody},
	{"signature", (*Registrar).verified},
	{"limits", (*Registrar).vouched},
	{"limits", (*Registrar).changing},
}

func (r *Registrar) route(x *exchange) *Refusal {
	x.op, x.about = operationOf(x.r.RequestURI)
	switch {
	case x.op == nil:
		return refuse(refusal.NotFound, nil)
	case x.op.own && (!registrable(x.about) || x.about == r.cfg.Self):
		return refuse(DIDUnsupported, nil)
	case x.r.Method != x.op.method:
		return refuse(refusal.MethodNotAllowed, nil)
	}
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
	if x.r.ContentLength > x.op.maxBody {
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
	case x.op.own && claim.Signer != x.about:
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
	err := r.cfg.Store.View(x.r.Context(), func(read Reader) error {
		c, err := read.Client(x.claim.Signer)
		if err != nil || c == nil {
			return err
		}
		x.known = true
		x.keys, err = countingKeys(read, c.DID, x.now)
		return err
	})
	if err != nil {
		return refusalOf(err)
	}
	return r.limits.admit(x.claim.Signer.String(), x.address, x.known, x.op.question)
}

func (r *Registrar) readBody(x *exchange) *Refusal {
	release, ok := r.bodies.hold(x.r, x.address)
	x.release = release
	if !ok {
		return &Refusal{Word: refusal.Overloaded, Cause: errHeld, close: x.r.ProtoMajor < 2}
	}
	takes := func(contentType string) bool { return x.op.takes(withoutCharset(contentType)) }
	body, fault := jsonrpc.ReadBody(x.w, x.r, x.op.maxBody, takes)
	if fault != nil {
		refused := &Refusal{Word: fault.Answer.Word(), Cause: fault.Cause, close: fault.EndsConnection(x.r)}
		if errors.Is(fault.Cause, errHeld) {
			refused.Word = refusal.Overloaded
		}
		if refused.Word == refusal.ContentType {
			refused.Hint = "Send Content-Type: " + x.op.form + "."
		}
		return refused
	}
	x.body = body
	return x.op.parse(x)
}

// errOtherKey is why a good signature proves nothing.
var errOtherKey = errors.New("signed by a key that the DID has not, or not any more")

// verified proves that who sends the request has a key of the DID.
func (r *Registrar) verified(x *exchange) *Refusal {
	err := errOtherKey
	for _, key := range x.op.keys(r, x) {
		if _, err = x.claim.Verify(key, x.body); err == nil {
			x.key, x.proved = key, true
			return nil
		}
	}
	return lookup(signatureFaults, err, refusal.CryptoMismatch)
}

// vouched looks at the rate of all strangers together. Those who bring an enrolment
// token that would be taken are none of them.
func (r *Registrar) vouched(x *exchange) *Refusal {
	if x.known {
		return nil
	}
	welcome := false
	if x.reg.Token != "" && x.reg.Token != malformedToken {
		err := r.cfg.Store.View(x.r.Context(), func(read Reader) error {
			t, err := read.Token(tokenHash(x.reg.Token))
			welcome = t != nil && t.fault(x.claim.Signer, x.key, x.now) == ""
			return err
		})
		if err != nil {
			return refusalOf(err)
		}
	}
	if welcome {
		return nil
	}
	return r.limits.together()
}

// namedKey is the key that a registration names: whether the DID is bound to it is
// what the database decides.
func (r *Registrar) namedKey(x *exchange) []ed25519.PublicKey { return []ed25519.PublicKey{x.reg.Key} }

// ownKeys are those that the DID is bound to. For one that has none there is a key that
// nobody has, so that who tries learns nothing from the answer.
func (r *Registrar) ownKeys(x *exchange) []ed25519.PublicKey {
	if len(x.keys) == 0 {
		return []ed25519.PublicKey{r.nobodys}
	}
	return x.keys
}

// changing looks at the rate of changes of a DID over all addresses. A registration may
// be signed by any key that it names: only one that is the DID's spends what is the DID's.
func (r *Registrar) changing(x *exchange) *Refusal {
	if x.op.question || !hasKey(x.keys, x.key) {
		return nil
	}
	return r.limits.change(x.claim.Signer.String())
}
