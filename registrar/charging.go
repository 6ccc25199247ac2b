package registrar

import (
	"net/http"

	"github.com/getbindu/bindu-go/quota"
)

// asStranger has the address pay for a request that did not prove who it says, and returns
// what is answered by which gate: once strangers of that address have no more, the same
// for every DID. What is our own fault costs nothing.
func (r *Registrar) asStranger(x *exchange, gate string, refused *Refusal) (string, *Refusal) {
	if say(refused.Word).status >= http.StatusInternalServerError {
		return gate, refused
	}
	limited := r.limits.stranger(x.address)
	if limited == nil {
		return gate, refused
	}
	limited.close = refused.close
	return "limits", limited
}

// vouched looks at what strangers may ask: from one address, and all together those who
// bring no enrolment token that would be taken. Who has not proved the key of the DID that
// it names is one, whether or not somebody else has that DID.
func (r *Registrar) vouched(x *exchange) *Refusal {
	if x.proved {
		return nil
	}
	if refused := r.limits.stranger(x.address); refused != nil {
		return refused
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

// changing looks at the rate of changes of a DID. A registration may be signed by any key
// that it names: only one that is the DID's spends what is the DID's.
func (r *Registrar) changing(x *exchange) *Refusal {
	if x.op.question || !x.proved {
		return nil
	}
	refused := r.limits.change(x.claim.Signer.String())
	if refused == nil {
		r.unpace(x)
	}
	return refused
}

// asking gives a question whose DID is proved a place among those of the DID in progress,
// of which there are at most so many; 0: any number.
func (r *Registrar) asking(x *exchange, concurrent int) (*quota.Place, *Refusal) {
	place, refused := r.limits.ask(x.claim.Signer.String(), concurrent)
	if refused == nil {
		r.unpace(x)
	}
	return place, refused
}
