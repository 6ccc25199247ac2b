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
	uses := home.Uses{Replay: true, Tasks: true, Keys: configs.RemembersKeys(p.set)}
	return p.inDirectory(home.Check(p.ctx, string(p.set.Agent.Dir), uses, p.home...))
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
	return fmt.Errorf("AGENT__DIR is %s: %w", p.set.Agent.Dir, err)
}

// checkIdentity reads who the agent is, and what only that agent may use. What is
// not there the start makes or completes.
func (p preflight) checkIdentity() error {
	h, err := home.Look(string(p.set.Agent.Dir), p.home...)
	if err != nil {
		return nil // told by checkDirectory, or made by the start
	}
	id, err := h.Identity([]byte(p.set.Agent.KeyPassword.Reveal()))
	if errors.Is(err, home.ErrNoIdentity) || errors.Is(err, home.ErrReadOnly) {
		return nil
	}
	if err != nil {
		return p.inDirectory(err)
	}
	var errs []error
	if _, err := h.Credentials(id.DID); !errors.Is(err, home.ErrNoCredentials) {
		errs = append(errs, err)
	}
	if p.set.MTLS.Enabled { // what cannot be used is obtained anew, what others may have read is not
		if _, err := h.Certificates(nil).Load(id.DID, string(p.set.MTLS.DIDIssuer)); !errors.Is(err, mtls.ErrNoIdentity) {
			errs = append(errs, err)
		}
	}
	return p.inDirectory(errors.Join(errs...))
}
