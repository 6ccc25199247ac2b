package agent

import (
	"context"
	"crypto/tls"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/peer"
)

// Outbound is everything an agent proves itself to others with.
type Outbound struct {
	// DID is its name, Key what it signs with.
	DID did.DID
	Key *did.KeyPair
	// Issuer is what stands before #DID in certificates.
	Issuer string
	// Token returns the bearer token for calls of other agents: of the issuer
	// that AUTH__CLIENT_ID is known to, else of Hydra, else [ErrNoToken].
	Token func(context.Context) (string, error)
	// TLS returns the configuration for dialling a peer; nil when mutual TLS is
	// off. Its certificate follows renewals.
	TLS func(peer did.DID) *tls.Config
}

// Outbound returns what this agent calls others with, once [Agent.Serving] is
// closed. It stays valid, through renewals, until the agent stops.
func (a *Agent) Outbound() Outbound {
	o := Outbound{DID: a.is.DID, Key: a.is.Key, Issuer: a.is.issuer.ofCertificates, Token: a.is.tokens.token}
	if source := a.is.certificate.Source(); source != nil {
		o.TLS = source.ClientConfig
	}
	return o
}

// Client returns a client that calls other agents as this one; what change makes of its
// configuration counts, such as another [peer.Binding]. Close it.
func (a *Agent) Client(change ...func(*peer.Config)) (*peer.Client, error) {
	return a.client(a.is, change...)
}

// client is [Agent.Client] before the agent serves.
func (a *Agent) client(is standing, change ...func(*peer.Config)) (*peer.Client, error) {
	cfg := configs.Calls(a.opts.Settings)
	cfg.DID, cfg.Key, cfg.Source = is.DID, is.Key, is.certificate.Source()
	cfg.Token, cfg.Replace = is.tokens.token, is.tokens.replace
	cfg.Keys = peerKeys(a.keys)
	cfg.Now, cfg.Rand, cfg.Logger = a.opts.Now, a.opts.Rand, a.log
	for _, f := range change {
		f(&cfg)
	}
	return peer.New(cfg)
}
