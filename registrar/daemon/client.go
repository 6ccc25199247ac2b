package daemon

import (
	"cmp"
	"context"
	"errors"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// client is our own registration at Hydra: it is for the token that step-ca wants,
// and nothing else.
type client struct {
	did       did.DID
	registrar *hydra.Registrar
	tokens    *hydra.TokenSource
	watch     *boot.ClientWatch
}

// reconcile registers or repairs our own client, and waits for Hydra as long as it takes.
func (d *Daemon) reconcile(ctx context.Context, who self) (*client, error) {
	var options []hydra.RegistrarOption
	if d.opts.Takeover {
		options = append(options, hydra.WithTakeover())
	}
	if d.opts.Recreate {
		options = append(options, hydra.WithRecreate())
	}
	c := &client{did: who.DID, registrar: who.home.Registrar(d.hydraConfig(), d.opts.Rand, options...)}
	wanted := ownClient(d.opts.Settings)
	wanted.DID, wanted.AgentID, wanted.PublicKey = who.DID, who.agentID(), who.Key.PublicKey()
	var credentials *hydra.Credentials
	err := d.waits().Persist(ctx, boot.Hydra, func(ctx context.Context) error {
		result, err := c.registrar.Reconcile(ctx, wanted)
		if err == nil {
			credentials = result.Credentials
			d.log.Info("Hydra client reconciled", "action", result.Action, "drift", len(result.Drift))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c.tokens = hydra.NewTokenSource(d.hydraConfig(), credentials, credentials.Scopes)
	d.life.OnStop(func(context.Context) error { c.tokens.Close(); return nil })
	c.watch = &boot.ClientWatch{Ready: d.ready, Every: boot.ClientPause * d.opts.ProbeEvery, Look: c.look, Note: d.noteClient}
	return c, nil
}

// learnIssuer asks Hydra what stands before the # in every certificate, unless the
// settings say so.
func (d *Daemon) learnIssuer(ctx context.Context) (issuer string, err error) {
	err = d.waits().Persist(ctx, boot.Hydra, func(ctx context.Context) (err error) {
		issuer, err = hydra.Discover(ctx, d.hydraConfig())
		return err
	})
	return cmp.Or(string(d.opts.Settings.MTLS.DIDIssuer), issuer), err
}

// enrolmentToken returns a token for step-ca. Where Hydra rejects our client the
// error says what became of it.
func (c *client) enrolmentToken(ctx context.Context, audience string) (string, error) {
	token, err := c.tokens.Fresh(ctx, audience)
	if errors.Is(err, hydra.ErrSecretRejected) {
		if missing := c.registrar.Missing(ctx, c.did); boot.ClientReason(missing) != "" {
			err = missing
		}
		c.watch.Say(err)
	}
	return token, err
}

// look asks for the registration, and for a token when the last one has grown old.
func (c *client) look(ctx context.Context) error {
	if err := c.registrar.Missing(ctx, c.did); err != nil {
		return err
	}
	_, err := c.tokens.Token(ctx, "")
	return err
}

// noteClient logs a change.
func (d *Daemon) noteClient(word string, err error) {
	switch word {
	case "":
		d.log.Info("our client at Hydra is in order again")
	case boot.HydraAway:
		d.log.Warn("Hydra does not answer: agents cannot be registered until it does", "reason", word, "error", err)
	default:
		d.log.Error("our client at Hydra is not in order: the next renewal will fail; docs/troubleshooting.md has the remedy under the reason",
			"reason", word, "error", err)
	}
}

func (d *Daemon) waits() boot.Waits { return boot.Waits{Ready: d.ready, Log: d.log} }
