package boot

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Waits is how a start waits for an authority: as long as it takes, and told on
// /readyz and in the log.
type Waits struct {
	Ready *admin.Readiness
	Log   *slog.Logger
}

// Persist repeats a step until it succeeds or fails for good, and tells /readyz why.
func (w Waits) Persist(ctx context.Context, component string, try func(context.Context) error) error {
	note := func(err error, pause time.Duration) { w.Report(component, err, pause) }
	err := retry.Do(ctx, retry.NewPauses(rand.Float64), Passing, note, try)
	if err == nil {
		w.Ready.SetReason(component, "")
	}
	return err
}

// Report tells /readyz, and the log, what holds a start.
func (w Waits) Report(component string, err error, pause time.Duration) {
	reason := ReasonOf(component, err)
	w.Ready.SetReason(component, reason)
	w.Log.Warn("waiting", "for", component, "reason", reason, "error", err, "retry_in", pause)
}

// Passing reports whether a failure may end by itself: an authority that is
// down, hangs, answers nonsense or has not caught up yet.
func Passing(err error) bool {
	if errors.Is(err, hydra.ErrClientDeleted) || errors.Is(err, registrarapi.ErrRevoked) {
		return false // whatever step was waiting for a token
	}
	for _, target := range []error{
		oauth.ErrUnavailable, oauth.ErrInvalidResponse, mtls.ErrCAUnavailable, mtls.ErrProvisionerDisabled,
		mtls.ErrJWKSStale, mtls.ErrTokenRefused, mtls.ErrWebhook, mtls.ErrToken, mtls.ErrAnnouncement, mtls.ErrClockSkew,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// HydraAway is the word for a Hydra that does not answer.
const HydraAway = "hydra_unavailable"

// The words for a client that is meant to be gone.
const (
	clientDeleted = "client_deleted"
	clientRevoked = "revoked"
)

// ReasonOf is the word for what holds a step that waits for a component.
func ReasonOf(component string, err error) string {
	if word := ClientReason(err); word != "" {
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

// ClientReason is the word for what became of our client, "" for anything else.
func ClientReason(err error) string {
	switch {
	case errors.Is(err, registrarapi.ErrRevoked):
		return clientRevoked
	case errors.Is(err, hydra.ErrClientDeleted):
		return clientDeleted
	case errors.Is(err, hydra.ErrClientLost), errors.Is(err, registrarapi.ErrNotRegistered):
		return "client_lost"
	case errors.Is(err, registrarapi.ErrSecretEnded):
		return "secret_ended"
	case errors.Is(err, hydra.ErrSecretRejected):
		return "secret_rejected"
	case errors.Is(err, hydra.ErrRegistrationCorrupt):
		return "registration_corrupt"
	}
	return ""
}

// Unanswered reports whether nothing is known about a token or a client because
// Hydra is away or talks nonsense.
func Unanswered(err error) bool {
	return errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse)
}

// Jittered varies by a third, so that a fleet does not ask in step.
func Jittered(every time.Duration) time.Duration {
	return every - rand.N(every/3+1)
}
