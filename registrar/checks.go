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
	// strange is true where whoever fails has not proved the DID that it names, though it
	// may be known: a stranger, who pays as one and is answered as one.
	strange bool
}

// checks are what is looked at before the database decides, in this order: what
// costs nothing first, then the signature, and then what strangers have, and what is the
// DID's: who has proved nothing takes nothing from those who have. Up to the signature
// nothing depends on whether the DID is known, or somebody would see that.
var checks = []check{
	{name: "route", run: (*Registrar).route},
	{name: "shape", run: (*Registrar).shape},
	{name: "signature", run: (*Registrar).claimed},
	{name: "timestamp", run: (*Registrar).timely},
	{name: "limits", run: (*Registrar).paced},
	{name: "limits", run: (*Registrar).lookUp},
	{name: "body", run: (*Registrar).readBody, strange: true},
	{name: "signature", run: (*Registrar).verified, strange: true},
	{name: "limits", run: (*Registrar).vouched},
	{name: "limits", run: (*Registrar).changing},
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

// lookUp reads which keys the DID is bound to, none where nobody has it. It asks the same
// of every DID, which takes about as long.
func (r *Registrar) lookUp(x *exchange) *Refusal {
	err := r.cfg.Store.View(x.r.Context(), func(read Reader) error {
		c, err := read.Client(x.claim.Signer)
		if err != nil {
			return err
		}
		keys, err := countingKeys(read, x.claim.Signer, x.now)
		if c != nil {
			x.keys = keys
		}
		return err
	})
	if err != nil {
		return refusalOf(err)
	}
	return nil
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

// verified proves that who sends the request has a key of the DID, or the one that a
// registration names, which proves nothing of a DID.
func (r *Registrar) verified(x *exchange) *Refusal {
	if err := r.verifying.Acquire(x.r.Context(), 1); err != nil {
		return refusalOf(err)
	}
	defer r.verifying.Release(1)
	err := errOtherKey
	for _, key := range x.op.keys(r, x) {
		if _, err = x.claim.Verify(key, x.body); err == nil {
			x.key, x.proved = key, hasKey(x.keys, key)
			return nil
		}
	}
	return lookup(signatureFaults, err, refusal.CryptoMismatch)
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
