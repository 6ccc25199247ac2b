package agent

import (
	"crypto/ed25519"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
)

// loadIdentity loads who we are, or becomes somebody on the first start. The
// name of a directory stays, whatever the settings say later.
func (a *Agent) loadIdentity() error {
	id, wanted, err := a.home.Claim(a.keyPassword(), a.opts.Rand, a.deriveDID)
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

func (a *Agent) deriveDID(key ed25519.PublicKey) (did.DID, error) {
	author, name := a.set.Agent.Author, a.set.Agent.Name
	if a.set.DID.Derivation == settings.DerivationAuthorName {
		return did.FromAuthorAndName(string(author), string(name))
	}
	return did.FromPublicKey(string(author), string(name), key)
}
