package agent

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// checkDirectory looks at the directory and at what is kept in it, as far as a
// start would not make it.
func (p preflight) checkDirectory() error {
	uses := home.Uses{Replay: p.given.Replay == nil && !p.given.isShared(), Tasks: p.given.Tasks == nil && !p.given.isShared(), Keys: configs.RemembersKeys(p.given.Settings)}
	return p.inDirectory(home.Check(p.ctx, string(p.given.Settings.Agent.Dir), uses, p.given.Home...))
}

// inDirectory names the setting, and says in which directory something is wrong
// where the error does not.
func (p preflight) inDirectory(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, home.ErrUnwritable):
		return fmt.Errorf("AGENT__DIR: %w", err)
	}
	return fmt.Errorf("AGENT__DIR is %s: %w", p.given.Settings.Agent.Dir, err)
}

// checkIdentity reads who the agent is, and what is its own. What is
// not there the start makes or completes.
func (p preflight) checkIdentity() error {
	h, err := home.Look(string(p.given.Settings.Agent.Dir), p.given.Home...)
	if err != nil {
		return nil // told by checkDirectory, or made by the start
	}
	id, err := p.identity(h)
	if errors.Is(err, home.ErrNoIdentity) || errors.Is(err, home.ErrReadOnly) {
		return nil
	}
	if err != nil {
		return p.inDirectory(err)
	}
	return p.inDirectory(p.checkOwned(h, id))
}

func (p preflight) identity(h *home.Home) (home.Identity, error) {
	if p.given.Key != nil {
		return p.given.ownIdentity(h)
	}
	return h.Identity(p.given.keyPassword())
}

// checkOwned reads what only that agent may use.
func (p preflight) checkOwned(h *home.Home, id home.Identity) error {
	var errs []error
	if _, err := h.Credentials(id.DID); !errors.Is(err, home.ErrNoCredentials) {
		errs = append(errs, err)
	}
	if p.given.Settings.MTLS.Enabled { // what cannot be used is obtained anew, what others may have read is not
		if _, err := h.Certificates(nil).Load(id.DID, string(p.given.Settings.MTLS.DIDIssuer)); !errors.Is(err, mtls.ErrNoIdentity) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
