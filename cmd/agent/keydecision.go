package main

import (
	"context"
	"crypto/ed25519"
	"errors"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
)

// keySettings reads the settings and the DID that a decision is about.
func keySettings(name string) (settings.Settings, did.DID, error) {
	set, err := loadSettings()
	if err != nil {
		return set, did.DID{}, err
	}
	if !set.DID.RememberKeys {
		return set, did.DID{}, cli.Usage(errors.New("DID__REMEMBER_KEYS is false: the agent remembers no keys"))
	}
	d, err := did.Parse(name)
	if err != nil {
		return set, did.DID{}, cli.Usage(err)
	}
	return set, d, nil
}

// decide makes a decision count, whether the agent runs or not.
func decide(ctx context.Context, set settings.Settings, r keymemory.Request) error {
	h, err := home.Enter(string(set.Agent.Dir))
	if err != nil {
		return err
	}
	return h.Decide(ctx, r, configs.Keys(set))
}

// checkDerived refuses a key from which d is not derived, where the remembered
// one shows that d is derived from another. Where nothing is remembered, the form
// of a DID does not tell a digest of a key from one of an author and a name.
func checkDerived(set settings.Settings, d did.DID, key ed25519.PublicKey) error {
	if d.BoundTo(key) {
		return nil
	}
	h, err := home.Enter(string(set.Agent.Dir))
	if err != nil {
		return err
	}
	entries, err := h.RememberedKeys()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.DID == d && d.BoundTo(e.Key) {
			return notDerived(d, e.Key, key)
		}
	}
	return nil
}

func notDerived(d did.DID, remembered, key ed25519.PublicKey) error {
	return &reasonedError{
		"key_not_derived",
		"an agent with such a DID and a new key is a new agent with a new DID: ask its operator, by another way than Hydra; --not-derived accepts the key all the same",
		usage("%s is derived from its remembered key %s and not from %s: once accepted, whoever holds the new key passes as this agent, and the true one is refused",
			d, did.EncodePublicKey(remembered), did.EncodePublicKey(key)),
	}
}
