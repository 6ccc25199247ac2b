package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/oauth"
)

// watchPause is the ceiling of the pause between two looks at a Hydra that
// failed: recovery is seen within it and one introspection.
const watchPause = time.Second

// hydraWatch is a token verifier that tells /readyz when Hydra does not answer.
// Then it asks by itself until Hydra does: an agent that is not ready may get
// no request that would find out. While all is well it costs nothing.
type hydraWatch struct {
	tokens gate.TokenVerifier
	ready  *readiness
	failed chan error // what a request met; one is enough
}

func newHydraWatch(tokens gate.TokenVerifier, ready *readiness) *hydraWatch {
	return &hydraWatch{tokens: tokens, ready: ready, failed: make(chan error, 1)}
}

// Verify implements [gate.TokenVerifier].
func (h *hydraWatch) Verify(ctx context.Context, token string) (oauth.Claims, error) {
	claims, err := h.tokens.Verify(ctx, token)
	if unanswered(err) && ctx.Err() == nil { // else it is the caller who left
		select {
		case h.failed <- err:
		default:
		}
	}
	return claims, err
}

// run watches until ctx ends.
func (h *hydraWatch) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-h.failed:
			h.untilAnswered(ctx, err)
		}
	}
}

func (h *hydraWatch) untilAnswered(ctx context.Context, err error) {
	for unanswered(err) {
		h.ready.set(componentHydra, reasonOf(componentHydra, err))
		if wait(ctx, watchPause/2+rand.N(watchPause/2)) != nil {
			return
		}
		// No token at all is as good a question as any; "inactive" is an answer.
		_, err = h.tokens.Verify(ctx, "readiness-probe")
	}
	select {
	case <-h.failed: // from before Hydra answered
	default:
	}
	h.ready.set(componentHydra, "")
}

// unanswered reports whether nothing is known about a token because Hydra is
// away or talks nonsense.
func unanswered(err error) bool {
	return errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse)
}
