package main

import (
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

// self is the agent of a directory, as far as it can be read from there.
type self struct {
	home *home.Home
	home.Identity
}

// loadSelf reads who the agent of a directory is. It takes no lock and writes
// nothing, so it works beside the running agent.
func loadSelf(path string, password settings.Secret) (*self, error) {
	h, err := home.Look(path)
	if err != nil {
		return nil, err
	}
	id, err := h.Identity([]byte(password.Reveal()))
	if err != nil {
		return nil, err
	}
	return &self{h, id}, nil
}

// loadSettings reads the settings for a command that only looks around, for
// which they need not be complete.
func loadSettings() (settings.Settings, error) {
	set, err := settings.Load(settings.Options{AllowIncomplete: true})
	if err != nil {
		return settings.Settings{}, cli.Usage(err)
	}
	return set, nil
}
