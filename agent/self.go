package agent

import (
	"context"
	"crypto/ed25519"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
)

func (a *Agent) lockDirectory(ctx context.Context) (*home.Home, error) {
	h, err := home.Open(ctx, string(a.opts.Settings.Agent.Dir), a.opts.Home...)
	if err == nil {
		a.onStop(func(context.Context) error { return h.Close() })
	}
	return h, err
}

// loadIdentity loads who we are, or becomes somebody on the first start. The
// name of a directory stays, whatever the settings say later.
func (a *Agent) loadIdentity(h *home.Home) (home.Identity, error) {
	if a.opts.Key != nil {
		return a.opts.ownIdentity(h)
	}
	derive := func(key ed25519.PublicKey) (did.DID, error) { return configs.DeriveDID(a.opts.Settings, key) }
	id, wanted, err := h.Claim(a.keyPassword(), a.opts.Rand, derive)
	if err == nil && id.DID != wanted {
		a.log.Warn("the directory keeps its DID although author, name or derivation in the settings give another",
			"did", id.DID, "settings_give", wanted)
	}
	return id, err
}

func (a *Agent) keyPassword() []byte { return a.opts.keyPassword() }

func (o Options) keyPassword() []byte { return []byte(o.Settings.Agent.KeyPassword.Reveal()) }

// ownIdentity is that of a key which is kept elsewhere.
func (o Options) ownIdentity(h *home.Home) (home.Identity, error) {
	name := o.DID
	if name.IsZero() {
		var err error
		if name, err = configs.DeriveDID(o.Settings, o.Key.PublicKey()); err != nil {
			return home.Identity{}, err
		}
	}
	return h.ClaimWith(o.keyPassword(), name, o.Key)
}

// agentID is the UUID at the end of our DID, or one derived from the key when
// the DID ends in something else.
func (s self) agentID() string {
	if last := s.DID.LastSegment(); uuid.Validate(last) == nil {
		return last
	}
	return did.AgentIDFromPublicKey(s.Key.PublicKey())
}
