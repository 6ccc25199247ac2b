package agent

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/oauth"
)

// watchPause is the ceiling of the pause between two looks at a Hydra that
// failed: recovery is seen within it and one introspection.
const watchPause = time.Second

// readinessProbe is what the watch introspects: no token at all is as good a
// question as any, and "inactive" is an answer.
const readinessProbe = "readiness-probe"

// probeEvery is about how often Hydra is asked whether it answers, so that no
// caller has to find out that it does not.
const probeEvery = 15 * time.Second

// hydraWatch is a token verifier that tells /readyz when Hydra does not answer.
// What a request met is never evidence of that: its caller chose the token, and
// may have one about which Hydra says more than is read, or nothing in time. It
// only makes the watch ask its own question at once instead of at its time. The
// answer counts; where there is none it is asked again until there is, because
// an agent that is not ready may get no request that would find out.
type hydraWatch struct {
	tokens  gate.TokenVerifier
	ready   *readiness
	every   time.Duration
	suspect chan struct{} // a request got no answer; one is enough
	better  chan struct{} // a request got one
}

func newHydraWatch(tokens gate.TokenVerifier, ready *readiness, every time.Duration) *hydraWatch {
	return &hydraWatch{tokens: tokens, ready: ready, every: every, suspect: make(chan struct{}, 1), better: make(chan struct{}, 1)}
}

// Verify implements [gate.TokenVerifier].
func (h *hydraWatch) Verify(ctx context.Context, token string) (oauth.Claims, error) {
	claims, err := h.tokens.Verify(ctx, token)
	switch {
	case !boot.Unanswered(err):
		tell(h.better)
	case ctx.Err() == nil: // else it is the caller who left
		tell(h.suspect)
	}
	return claims, err
}

func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run watches until ctx ends, with one question at a time. However many
// requests get no answer, it asks once in a pause.
func (h *hydraWatch) run(ctx context.Context) error {
	timer := time.NewTimer(boot.Jittered(h.every))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.suspect:
		case <-timer.C:
		}
		h.untilAnswered(ctx)
		timer.Reset(boot.Jittered(h.every))
		if retry.Wait(ctx, watchPause/2+rand.N(watchPause/2)) != nil {
			return nil
		}
	}
}

func (h *hydraWatch) untilAnswered(ctx context.Context) {
	longer := retry.NewDoubling(watchPause, max(watchPause, h.every))
	for {
		_, err := h.tokens.Verify(ctx, readinessProbe)
		if ctx.Err() != nil {
			return
		}
		if !boot.Unanswered(err) {
			break
		}
		h.ready.set(boot.Hydra, boot.ReasonOf(boot.Hydra, err))
		pause := watchPause
		if boot.ClientReason(err) != "" {
			pause = longer.Next() // it answers, and holds against us what no question mends
		}
		if !h.rest(ctx, pause/2+rand.N(pause/2)) {
			return
		}
	}
	select {
	case <-h.suspect: // from before Hydra answered
	default:
	}
	h.ready.set(boot.Hydra, "")
}

// rest waits, at most until a request shows that there are answers again, and no less than
// half a second. It is false when ctx has ended.
func (h *hydraWatch) rest(ctx context.Context, pause time.Duration) bool {
	select { // from before the question
	case <-h.better:
	default:
	}
	least := min(pause, watchPause/2)
	if retry.Wait(ctx, least) != nil {
		return false
	}
	over := time.NewTimer(pause - least)
	defer over.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-h.better:
	case <-over.C:
	}
	return true
}
