package agent

import (
	"crypto/ed25519"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
)

// loadIdentity loads who we are, or becomes somebody on the first start. The
// name of a directory stays, whatever the settings say later.
func (a *Agent) loadIdentity() error {
	derive := func(key ed25519.PublicKey) (did.DID, error) { return configs.DeriveDID(a.set, key) }
	id, wanted, err := a.home.Claim(a.keyPassword(), a.opts.Rand, derive)
	if err != nil {
		return err
	}
	if id.DID != wanted {
		a.log.Warn("the directory keeps its DID although author, name or derivation in the settings give another",
			"did", id.DID, "settings_give", wanted)
	}
	a.identity, a.did, a.key = id, id.DID, id.Key
	return nil
}

// recordIdentity keeps a new key, and the name, once the replay memory is open.
func (a *Agent) recordIdentity() error { return a.home.Record(a.identity, a.keyPassword()) }

func (a *Agent) keyPassword() []byte { return []byte(a.set.Agent.KeyPassword.Reveal()) }
