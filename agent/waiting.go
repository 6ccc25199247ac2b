package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// persist repeats a step that waits for Hydra, and tells /readyz why.
func (a *Agent) persist(ctx context.Context, component string, try func(context.Context) error) error {
	note := func(err error, pause time.Duration) { a.waiting(component, err, pause) }
	err := retry.Do(ctx, retry.NewPauses(rand.Float64), passing, note, try)
	if err == nil {
		a.ready.set(component, "")
	}
	return err
}

// waiting tells /readyz, and the log, what holds a start.
func (a *Agent) waiting(component string, err error, pause time.Duration) {
	reason := reasonOf(component, err)
	a.ready.set(component, reason)
	a.log.Warn("waiting", "for", component, "reason", reason, "error", err, "retry_in", pause)
}

// passing reports whether a failure may end by itself: an authority that is
// down, hangs, answers nonsense or has not caught up yet.
func passing(err error) bool {
	if errors.Is(err, hydra.ErrClientDeleted) || errors.Is(err, registrarapi.ErrRevoked) {
		return false // whatever step was waiting for a token
	}
	for _, target := range []error{
		oauth.ErrUnavailable, oauth.ErrInvalidResponse, mtls.ErrCAUnavailable, mtls.ErrProvisionerDisabled,
		mtls.ErrJWKSStale, mtls.ErrTokenRefused, mtls.ErrToken, mtls.ErrAnnouncement, mtls.ErrClockSkew,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func reasonOf(component string, err error) string {
	if word := clientReason(err); word != "" {
		return word
	}
	if word := awayReason(err); word != "" {
		return word
	}
	if reason := mtls.Reason(err); reason != "" {
		return reason
	}
	return component + "_unavailable"
}
