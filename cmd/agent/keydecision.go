package main

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
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
		return set, did.DID{}, &usageError{errors.New("DID__REMEMBER_KEYS is false: the agent remembers no keys")}
	}
	d, err := did.Parse(name)
	if err != nil {
		return set, did.DID{}, &usageError{err}
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
