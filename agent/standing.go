package agent

import (
	"net"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// self is who the agent is, in a directory that it has for itself.
type self struct {
	home.Identity
	home     *home.Home
	accepted gate.ReplayStore // what was accepted as that
	keys     *keyMemory       // nil where none is kept
	shared   *shared          // nil where no other process is that, too
}

// address is the one that card, registration and log show.
type address struct {
	url string
	ln  net.Listener // nil where it is not bound yet
}

// trust is whom the agent believes what.
type trust struct {
	policy  gate.Policy             // nil without rules
	issuers *oidc.Verifier          // nil where Hydra judges tokens
	own     *oidc.ClientCredentials // nil where our tokens do not come from another issuer
}

// proofs are what the agent proves itself with, beside its key.
type proofs struct {
	authority   authority         // nil without Hydra
	client      *client           // nil without Hydra
	issuer      issuer            // empty without Hydra
	certificate *boot.Certificate // nil without mutual TLS
}

// standing is what a start has made of the agent.
type standing struct {
	self
	proofs
	url    string
	tokens ownTokens // for calls of other agents
}
