package agent

import (
	"errors"
	"io/fs"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
)

// loadIdentity loads who we are, or becomes somebody on the first start. The
// name of a directory stays, whatever the settings say later.
func (a *Agent) loadIdentity() error {
	name, key, err := LoadIdentity(a.dir, a.keyPassword())
	if errors.Is(err, fs.ErrNotExist) {
		a.fresh = true
		key, err = did.GenerateKeyPair(a.opts.Rand)
	}
	if err != nil {
		return err
	}
	wanted, err := a.deriveDID(key)
	if err != nil {
		return err
	}
	if name.IsZero() {
		name = wanted
	} else if name != wanted {
		a.log.Warn("the directory keeps its DID although author, name or derivation in the settings give another",
			"did", name, "settings_give", wanted)
	}
	a.did, a.key = name, key
	return nil
}

// recordIdentity keeps a new key, and the name. It comes after the replay
// memory was opened: only a key that was never kept can have accepted nothing
// yet, and a first start that is killed before this is a first start again.
func (a *Agent) recordIdentity() error {
	if a.fresh {
		if err := did.SaveKeyPair(a.dir, a.key, a.keyPassword()); err != nil {
			return err
		}
	}
	return SaveIdentity(a.dir, a.did, a.key)
}

func (a *Agent) keyPassword() []byte { return []byte(a.set.Agent.KeyPassword.Reveal()) }

func (a *Agent) deriveDID(key *did.KeyPair) (did.DID, error) {
	author, name := a.set.Agent.Author, a.set.Agent.Name
	if a.set.DID.Derivation == settings.DerivationAuthorName {
		return did.FromAuthorAndName(string(author), string(name))
	}
	return did.FromPublicKey(string(author), string(name), key.PublicKey())
}
