package agent

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
)

// enrolmentToken returns a token for step-ca. Where Hydra rejects our client the
// error says what became of it: Hydra itself answers alike for a wrong secret
// and for a client that is not there.
func (c *client) enrolmentToken(ctx context.Context, audience string) (string, error) {
	token, err := c.source().Fresh(ctx, audience)
	if c.learned(ctx, err) {
		token, err = c.source().Fresh(ctx, audience)
	}
	if errors.Is(err, hydra.ErrSecretRejected) {
		if missing := c.authority.missing(ctx); boot.ClientReason(missing) != "" {
			err = missing
		}
		c.watch.Say(err)
	}
	return token, err
}

func (a *Agent) newClientWatch(c *client) *boot.ClientWatch {
	return &boot.ClientWatch{Ready: a.ready.Readiness, Every: boot.ClientPause * a.opts.ProbeEvery, Look: c.look, Note: a.noteClient}
}

// noteClient logs a change: what to do about a Hydra that is away is another
// thing than what to do about our registration there.
func (a *Agent) noteClient(word string, err error) {
	switch word {
	case "":
		a.log.Info("our client at Hydra is in order again")
	case boot.HydraAway:
		a.log.Warn("Hydra does not answer, so that our calls may fail: look at Hydra, which is asked again until it does; of our client there nothing is known to be wrong",
			"reason", word, "error", err)
	case boot.RegistrarReason(err):
		a.log.Warn("the registrar does not say how we stand; it is asked again until it does, and of our client nothing is known to be wrong",
			"reason", word, "error", err)
	default:
		a.log.Error("our client at Hydra is not in order: our calls and the next renewal will fail; docs/troubleshooting.md has the remedy under the reason",
			"reason", word, "error", err)
	}
}

// watchClient looks after our own client at Hydra until the agent stops: that
// it is gone would show at the next renewal only, hours later.
func (a *Agent) watchClient(c *client) {
	if c != nil {
		a.background("watch our client", c.watch.Run)
	}
}

// look asks for the registration, and for a token when the last one has grown
// old: whether our secret is accepted shows in nothing else.
func (c *client) look(ctx context.Context) error {
	err := c.authority.missing(ctx)
	if errors.Is(err, registrarapi.ErrSecretEnded) {
		err = c.renew(ctx)
	}
	if err != nil {
		return err
	}
	_, err = c.source().Token(ctx, "")
	if c.learned(ctx, err) {
		_, err = c.source().Token(ctx, "")
	}
	return err
}

// learned reports whether our secret was rejected since another process has had another one
// registered, which counts here too from now on.
func (c *client) learned(ctx context.Context, rejected error) bool {
	if !errors.Is(rejected, hydra.ErrSecretRejected) {
		return false
	}
	credentials, err := c.shared.look(ctx)
	if err != nil || credentials == nil {
		return false // what is said of the secret stands
	}
	c.use(credentials)
	return true
}

// renew has another secret registered, once a look. Tokens come by that one from then
// on: it is on disk, and the registrar may have it though its answer was lost.
func (c *client) renew(ctx context.Context) error {
	by, ok := c.authority.(interface {
		renew(ctx context.Context) (*hydra.Credentials, error)
	})
	if !ok {
		return registrarapi.ErrSecretEnded
	}
	return c.shared.alone(ctx, func(ctx context.Context, changed bool) error {
		if changed { // somebody has had one registered meanwhile
			credentials, err := kept(c.shared.who)
			if err == nil && credentials != nil {
				c.use(credentials)
			}
			return err
		}
		credentials, err := by.renew(ctx)
		if credentials != nil {
			c.use(credentials)
		}
		return err
	})
}
