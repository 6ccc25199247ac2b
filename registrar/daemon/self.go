package daemon

import (
	"context"
	"crypto/ed25519"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
)

func (d *Daemon) lockDirectory(ctx context.Context) (*home.Home, error) {
	h, err := home.Open(ctx, string(d.opts.Settings.Registrar.Dir))
	if err == nil {
		d.life.OnStop(func(context.Context) error { return h.Close() })
	}
	return h, err
}

// loadIdentity loads who we are, or becomes somebody on the first start. The name of
// a directory stays, whatever the settings say later.
func (d *Daemon) loadIdentity(h *home.Home) (home.Identity, error) {
	set := d.opts.Settings.Registrar
	derive := func(key ed25519.PublicKey) (did.DID, error) {
		return did.FromPublicKey(string(set.Author), string(set.Name), key)
	}
	id, wanted, err := h.Claim(d.keyPassword(), d.opts.Rand, derive)
	if err == nil && id.DID != wanted {
		d.log.Warn("the directory keeps its DID although author or name in the settings give another",
			"did", id.DID, "settings_give", wanted)
	}
	return id, err
}

func (d *Daemon) keyPassword() []byte { return []byte(d.opts.Settings.Registrar.KeyPassword.Reveal()) }

// agentID is the UUID at the end of our DID, or one derived from the key when the
// DID ends in something else.
func (s self) agentID() string {
	if last := s.DID.LastSegment(); uuid.Validate(last) == nil {
		return last
	}
	return did.AgentIDFromPublicKey(s.Key.PublicKey())
}
