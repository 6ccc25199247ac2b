package signature

import (
	"net/http"

	"github.com/getbindu/bindu-go/identity/did"
)

// Push1 is [Octets1] under a name of its own, for what an agent sends to a webhook: body
// and address there are a caller's choice, and must never prove a request of the agent.
// No recipient of requests takes it, and it is none of [Schemes].
const Push1 Scheme = "push-1"

var push1 = &scheme{name: Push1, binds: true, contentType: true, payload: octetsPayload(Push1), sign: tagged(Push1)}

// ReadPush is [Read] for the recipient of a webhook: it takes [Push1] alone.
func ReadPush(h http.Header, to Recipient) (*Claim, error) {
	return read(h, to, func(header string, _ bool) (Scheme, error) {
		if header != string(Push1) {
			return "", ErrScheme
		}
		return Push1, nil
	})
}

// tagged signs a payload that begins with the name of a scheme.
func tagged(s Scheme) func(k *did.KeyPair, payload []byte) (string, error) {
	return func(k *did.KeyPair, payload []byte) (string, error) { return k.SignTagged(string(s), payload) }
}
