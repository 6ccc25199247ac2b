package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// clientPause is how many times as long as between two questions to Hydra it is
// between two looks at our own client there: one read each, and a token when the
// last one has grown old.
const clientPause = 4

// hydraAway is the word for a Hydra that does not answer.
const hydraAway = "hydra_unavailable"

// enrolmentToken returns a token for step-ca. Where Hydra rejects our client the
// error says what became of it: Hydra itself answers alike for a wrong secret
// and for a client that is not there.
func (c *client) enrolmentToken(ctx context.Context, audience string) (string, error) {
	token, err := c.tokens.Fresh(ctx, audience)
	if errors.Is(err, hydra.ErrSecretRejected) {
		if missing := c.authority.missing(ctx); clientReason(missing) != "" {
			err = missing
		}
		c.watch.say(err)
	}
	return token, err
}

// clientReason is the word for what became of our client, "" for anything else.
func clientReason(err error) string {
	switch {
	case errors.Is(err, hydra.ErrClientDeleted):
		return "client_deleted"
	case errors.Is(err, hydra.ErrClientLost):
		return "client_lost"
	case errors.Is(err, hydra.ErrSecretRejected):
		return "secret_rejected"
	case errors.Is(err, hydra.ErrRegistrationCorrupt):
		return "registration_corrupt"
	}
	return ""
}

func (a *Agent) newClientWatch(c *client) *clientWatch {
	return &clientWatch{ready: a.ready, every: clientPause * a.opts.ProbeEvery, look: c.look, note: a.noteClient}
}

// noteClient logs a change: what to do about a Hydra that is away is another
// thing than what to do about our registration there.
func (a *Agent) noteClient(word string, err error) {
	switch word {
	case "":
		a.log.Info("our client at Hydra is in order again")
	case hydraAway:
		a.log.Warn("Hydra does not answer, so that our calls may fail: look at Hydra, which is asked again until it does; of our client there nothing is known to be wrong",
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
		a.background("watch our client", c.watch.run)
	}
}

// look asks for the registration, and for a token when the last one has grown
// old: whether our secret is accepted shows in nothing else.
func (c *client) look(ctx context.Context) error {
	if err := c.authority.missing(ctx); err != nil {
		return err
	}
	_, err := c.tokens.Token(ctx, "")
	return err
}

// clientWatch tells /readyz how our own client stands. A deletion is meant: the
// agent is to be gone, so it is not ready, and gets no further certificate. All
// else is a warning, since requests are served as before.
type clientWatch struct {
	ready *readiness
	every time.Duration
	look  func(context.Context) error
	note  func(word string, err error)

	mu   sync.Mutex
	word string // said last
}

func (w *clientWatch) run(ctx context.Context) error {
	pause := w.every
	for retry.Wait(ctx, jittered(pause)) == nil {
		err := w.look(ctx)
		if ctx.Err() != nil {
			break
		}
		w.say(err)
		if pause = w.every; unanswered(err) {
			pause /= clientPause // it may be back soon
		}
	}
	return nil
}

// say takes in what Hydra answered about our client. No answer does not mean
// that what was amiss before is in order now.
func (w *clientWatch) say(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	word := clientReason(err)
	switch {
	case word != "" || err == nil:
	case unanswered(err) && w.word != "" && w.word != hydraAway:
		return
	case unanswered(err):
		word = hydraAway
	default:
		word = "token_unavailable"
	}
	reason, warning := "", word
	if word == "client_deleted" {
		reason, warning = word, ""
	}
	w.ready.set(componentClient, reason)
	w.ready.warn(componentClient, warning)
	if word != w.word {
		w.note(word, err)
	}
	w.word = word
}
